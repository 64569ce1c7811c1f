/* Places faults at the N-th change of the lake, for tests/it/kill_anywhere.rs.
 *
 * Preloaded into the program and all its children, it numbers every call that changes
 * something below FAULT_BELOW: one count over all threads and processes, kept in the file
 * FAULT_COUNT (strace counts for each thread by itself, and so cannot reach some calls).
 * At number FAULT_AT it does what FAULT_DO says, before the call is made:
 *
 *   kill     SIGKILL to this process
 *   parent   SIGKILL to the process that started this one, if that is the program too
 *   <errno>  the call fails with this error (once; from then on with FAULT_STICKY=1)
 *
 * With FAULT_LOG every counted call is written there as "number name path".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static long *count;
static long at = -1, what, sticky;
static const char *below, *log_path, *action;
static size_t below_len;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULT_COUNT");
    below = getenv("FAULT_BELOW");
    if (!path || !below) return;
    below_len = strlen(below);
    log_path = getenv("FAULT_LOG");
    action = getenv("FAULT_DO");
    if (getenv("FAULT_AT")) at = atol(getenv("FAULT_AT"));
    sticky = getenv("FAULT_STICKY") != NULL;
    what = action ? atol(action) : 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return;
    if (syscall(SYS_ftruncate, fd, sizeof(long)) == 0) {
        void *at_file = mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (at_file != MAP_FAILED) count = at_file;
    }
    syscall(SYS_close, fd);
}

static int is_below(const char *path) {
    char full[PATH_MAX];
    if (path[0] != '/') {
        if (!getcwd(full, sizeof full)) return 0;
        size_t n = strlen(full);
        snprintf(full + n, sizeof full - n, "/%s", path);
        path = full;
    }
    return strncmp(path, below, below_len) == 0;
}

static int is_below_fd(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, size - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return strncmp(path, below, below_len) == 0;
}

/* Returns 1 when the call is to fail, with errno set. */
static int step(const char *name, const char *path) {
    if (!count) return 0;
    long n = __atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
    if (log_path) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%ld %s %s\n", n, name, path);
        int fd = (int)syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0) {
            if (syscall(SYS_write, fd, line, length)) {}
            syscall(SYS_close, fd);
        }
    }
    if (at < 0 || !action || n < at || (n > at && !(sticky && what))) return 0;
    if (strcmp(action, "kill") == 0) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    if (strcmp(action, "parent") == 0) {
        char mine[PATH_MAX], theirs[PATH_MAX], link[64];
        snprintf(link, sizeof link, "/proc/%d/exe", getppid());
        ssize_t a = readlink("/proc/self/exe", mine, sizeof mine - 1);
        ssize_t b = readlink(link, theirs, sizeof theirs - 1);
        if (a > 0 && a == b && memcmp(mine, theirs, (size_t)a) == 0) kill(getppid(), SIGKILL);
        return 0;
    }
    errno = (int)what;
    return what != 0;
}

#define BY_PATH(type, name, params, path, args)              \
    type name params {                                       \
        if (count && is_below(path) && step(#name, path)) return -1; \
        return REAL(name) args;                              \
    }
#define BY_FD(type, name, params, fd, args)                                      \
    type name params {                                                           \
        char path_of[PATH_MAX];                                                  \
        if (count && is_below_fd(fd, path_of, sizeof path_of) && step(#name, path_of)) return -1; \
        return REAL(name) args;                                                  \
    }

BY_FD(ssize_t, write, (int fd, const void *b, size_t n), fd, (fd, b, n))
BY_FD(ssize_t, writev, (int fd, const struct iovec *v, int n), fd, (fd, v, n))
BY_FD(ssize_t, pwrite, (int fd, const void *b, size_t n, off_t o), fd, (fd, b, n, o))
BY_FD(ssize_t, pwrite64, (int fd, const void *b, size_t n, off64_t o), fd, (fd, b, n, o))
BY_FD(int, ftruncate, (int fd, off_t n), fd, (fd, n))
BY_FD(int, ftruncate64, (int fd, off64_t n), fd, (fd, n))
BY_FD(int, fsync, (int fd), fd, (fd))
BY_FD(int, fdatasync, (int fd), fd, (fd))
BY_FD(int, fchmod, (int fd, mode_t m), fd, (fd, m))
BY_FD(int, fchown, (int fd, uid_t u, gid_t g), fd, (fd, u, g))
BY_FD(int, fallocate, (int fd, int m, off_t o, off_t n), fd, (fd, m, o, n))
BY_FD(ssize_t, copy_file_range, (int i, off64_t *a, int o, off64_t *b, size_t n, unsigned f), o, (i, a, o, b, n, f))
BY_PATH(int, mkdir, (const char *p, mode_t m), p, (p, m))
BY_PATH(int, rmdir, (const char *p), p, (p))
BY_PATH(int, unlink, (const char *p), p, (p))
BY_PATH(int, rename, (const char *a, const char *b), b, (a, b))
BY_PATH(int, link, (const char *a, const char *b), b, (a, b))
BY_PATH(int, linkat, (int d, const char *a, int e, const char *b, int f), b, (d, a, e, b, f))
BY_PATH(int, chmod, (const char *p, mode_t m), p, (p, m))

#define OPEN(name)                                                    \
    int name(const char *path, int flags, ...) {                      \
        mode_t mode = 0;                                              \
        if (flags & (O_CREAT | O_TMPFILE)) {                          \
            va_list list;                                             \
            va_start(list, flags);                                    \
            mode = va_arg(list, mode_t);                              \
            va_end(list);                                             \
        }                                                             \
        if (count && flags & (O_CREAT | O_TRUNC) && is_below(path) && step("open", path)) return -1; \
        return REAL(name)(path, flags, mode);                         \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                  \
    int name(int dir, const char *path, int flags, ...) {             \
        mode_t mode = 0;                                              \
        if (flags & (O_CREAT | O_TMPFILE)) {                          \
            va_list list;                                             \
            va_start(list, flags);                                    \
            mode = va_arg(list, mode_t);                              \
            va_end(list);                                             \
        }                                                             \
        if (count && flags & (O_CREAT | O_TRUNC) && is_below(path) && step("open", path)) return -1; \
        return REAL(name)(dir, path, flags, mode);                    \
    }
OPENAT(openat)
OPENAT(openat64)
