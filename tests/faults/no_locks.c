/* Refuses locks on files below NO_LOCKS_BELOW, for tests/it/shared_lake.rs: the calls that
 * NO_LOCKS_CALLS names (flock, fcntl) fail with NO_LOCKS_ERRNO.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int refuses(const char *call, int fd) {
    const char *calls = getenv("NO_LOCKS_CALLS"), *below = getenv("NO_LOCKS_BELOW");
    const char *code = getenv("NO_LOCKS_ERRNO");
    if (!calls || !below || !code || !strstr(calls, call)) return 0;
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    if (strncmp(path, below, strlen(below)) != 0) return 0;
    errno = atoi(code);
    return 1;
}

int flock(int fd, int operation) {
    if (refuses("flock", fd)) return -1;
    return ((int (*)(int, int))dlsym(RTLD_NEXT, "flock"))(fd, operation);
}

static int is_lock(int command) {
    return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

#define FCNTL(name)                                                             \
    int name(int fd, int command, ...) {                                        \
        va_list list;                                                           \
        va_start(list, command);                                                \
        void *argument = va_arg(list, void *);                                  \
        va_end(list);                                                           \
        if (is_lock(command) && refuses("fcntl", fd)) return -1;                \
        return ((int (*)(int, int, ...))dlsym(RTLD_NEXT, #name))(fd, command, argument); \
    }
FCNTL(fcntl)
FCNTL(fcntl64)
