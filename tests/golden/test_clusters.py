#!/usr/bin/python3
"""The Kubernetes job of docs/clusters.md: its fields are those of a batch/v1 Job of indexed completions, its volumes belong
together, and what its containers run, index by index, adds up to the bytes of one run. No cluster is asked."""
import pathlib
import re
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("skipped: PyYAML is absent")
    sys.exit(77)

from cli import COMMAND, ENVIRONMENT, SOURCE, copy_tiny, csindex, directory

# What the API reference (Kubernetes 1.29, batch/v1 Job, core/v1 PodSpec and Container) knows of the kinds used here.
KNOWN = {
    "": {"apiVersion", "kind", "metadata", "spec"},
    "spec": {"activeDeadlineSeconds", "backoffLimit", "backoffLimitPerIndex", "completionMode", "completions",
             "manualSelector", "maxFailedIndexes", "parallelism", "podFailurePolicy", "podReplacementPolicy", "selector",
             "suspend", "template", "ttlSecondsAfterFinished"},
    "spec.template": {"metadata", "spec"},
    "spec.template.spec": {"activeDeadlineSeconds", "affinity", "containers", "imagePullSecrets", "initContainers",
                           "nodeSelector", "restartPolicy", "securityContext", "serviceAccountName", "tolerations",
                           "volumes"},
    "spec.template.spec.containers": {"args", "command", "env", "envFrom", "image", "imagePullPolicy", "name", "resources",
                                      "securityContext", "volumeMounts", "workingDir"},
    "spec.template.spec.volumes": {"name", "persistentVolumeClaim", "emptyDir", "configMap", "secret", "nfs", "hostPath"},
}


def at(job, path):
    found = [job]
    for key in filter(None, path.split(".")):
        found = [item for value in found for item in (value[key] if isinstance(value[key], list) else [value[key]])]
    return found


def expand(text, known):
    """$(NAME) as the kubelet expands it before the shell sees the text; unknown names stay as they are, $$ is $."""
    return re.sub(r"\$(\$|\(([^)]*)\))", lambda m: "$" if m[1] == "$" else known.get(m[2], m[0]), text)


block = re.search(r"^## Kubernetes$.*?^```yaml\n(.*?)^```$", (SOURCE / "docs/clusters.md").read_text(), re.M | re.S)[1]
job = yaml.safe_load(block)
for path, names in KNOWN.items():
    for item in at(job, path):
        assert set(item) <= names, f"{path or 'the job'}: {set(item) - names}"
assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
spec, pod = job["spec"], job["spec"]["template"]["spec"]
assert spec["completionMode"] == "Indexed" and 1 <= spec["parallelism"] <= spec["completions"]
assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", job["metadata"]["name"]) and len(job["metadata"]["name"]) <= 52
assert pod["restartPolicy"] == "Never", "backoffLimitPerIndex asks for it"
(container,) = pod["containers"]
mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
assert set(mounts) == {volume["name"] for volume in pod["volumes"]}
assert not mounts["parts"].get("readOnly", False), "the parts are written"
for amount in (value for kind in container["resources"].values() for value in kind.values()):
    assert re.fullmatch(r"[0-9.]+(m|[KMGT]i?)?", str(amount)), amount
(line,) = container["args"]
assert container["command"] == ["sh", "-c"]
assert f"/{spec['completions']} " in line, "as many shards as completions"

COMPLETIONS = 3
with directory() as work:
    work = pathlib.Path(work)
    project = copy_tiny(work / "project")
    (work / "parts").mkdir()
    line = line.replace(f"/{spec['completions']} ", f"/{COMPLETIONS} ")
    line = re.sub(r"--replicates \d+", "--replicates 20", line).replace("/project", str(project))
    line = line.replace(" /parts/", f" {work}/parts/")
    for index in range(COMPLETIONS):
        own = {"JOB_COMPLETION_INDEX": str(index), "PATH": f"{pathlib.Path(COMMAND).parent}:{ENVIRONMENT['PATH']}"}
        # The variable is set by the job's controller, so that the kubelet knows it as well.
        subprocess.run(["sh", "-c", expand(line, own)], check=True, env=ENVIRONMENT | own, cwd=work)
    assert sorted(path.name for path in (work / "parts").iterdir()) == [str(i) for i in range(COMPLETIONS)]
    assert csindex("run", "-q", project, "-o", work / "whole", "--replicates", "20").returncode == 0
    parts = sorted((work / "parts").iterdir())
    done = csindex("merge", "-q", "-p", project, "-o", work / "merged", *parts)
    assert done.returncode == 0, done.stderr
    subprocess.run(["diff", "-r", work / "whole", work / "merged"], check=True)
print("ok")
