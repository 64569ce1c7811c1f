#!/usr/bin/env python3
"""Holds deploy/kubernetes/backfill.yaml against the schema of its kind, strictly: an unknown key is an error.

pip install kubernetes-validate, which has the published schemas of Kubernetes 1.30 to 1.37.
The schema does not say which keys need which others: that is checked here too. Then broken
copies must be refused, else the check itself is broken.
"""

import copy
import sys
from pathlib import Path

import kubernetes_validate
import yaml

VERSIONS = ("1.33", "1.37")  # per-index limits are stable since 1.33


def faults(job):
    """What is wrong with a manifest, as sentences."""
    found = []
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(job, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{version}: {'.'.join(map(str, error.path))}: {error.message}")
    spec = job["spec"]
    pod = spec["template"]["spec"]
    if spec.get("completionMode") != "Indexed":
        found.append("spec.completionMode: backoffLimitPerIndex needs Indexed")
    if pod.get("restartPolicy") != "Never":
        found.append("restartPolicy: podFailurePolicy needs Never")
    rules = spec.get("podFailurePolicy", {}).get("rules", [])
    failing = [r["onExitCodes"]["values"] for r in rules if r.get("action") == "FailIndex"]
    if not failing or 65 not in failing[0] or 75 in failing[0] or failing[0] != sorted(failing[0]):
        found.append("podFailurePolicy: FailIndex on 65, never on 75, codes in order")
    names = {container["name"] for container in pod["containers"]}
    for rule in rules:
        name = rule.get("onExitCodes", {}).get("containerName")
        if name is not None and name not in names:
            found.append(f"podFailurePolicy: no container {name}")
    volumes = {volume["name"] for volume in pod["volumes"]}
    for container in pod["containers"]:
        for mount in container["volumeMounts"]:
            if mount["name"] not in volumes:
                found.append(f"volumeMounts: no volume {mount['name']}")
    return found


def broken(job):
    """Copies with one mistake each, and where it is."""

    def with_change(change):
        other = copy.deepcopy(job)
        change(other["spec"])
        return other

    yield "unknown key", with_change(lambda s: s.update(backOffLimitPerIndex=5))
    yield "wrong type", with_change(lambda s: s.update(completions="100"))
    yield "unknown action's rule", with_change(lambda s: s["podFailurePolicy"]["rules"][0].pop("action"))
    yield "not indexed", with_change(lambda s: s.pop("completionMode"))
    yield "restarted in place", with_change(lambda s: s["template"]["spec"].update(restartPolicy="OnFailure"))
    yield "lost volume", with_change(lambda s: s["template"]["spec"]["volumes"].pop(0))


def main():
    path = Path(__file__).parents[2] / "deploy/kubernetes/backfill.yaml"
    job = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = faults(job)
    if found:
        sys.exit("\n".join([f"{path.name}:", *found]))
    for mistake, other in broken(job):
        if not faults(other):
            sys.exit(f"kubernetes_schema.py: a manifest with {mistake} is accepted")
    print(f"{path.name}: a valid Job of Kubernetes {' and '.join(VERSIONS)}")


main()
