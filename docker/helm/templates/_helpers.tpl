{{- define "connector.labels" -}}
app.kubernetes.io/name: connector
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "connector.pod" -}}
serviceAccountName: {{ .Release.Name }}-connector
automountServiceAccountToken: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "connector.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- with .Values.configuration.envFrom }}
envFrom: {{ toJson . }}
{{- end }}
{{- end }}

{{- define "connector.mounts" -}}
- {name: state, mountPath: /home/appuser/state}
- {name: tmp, mountPath: /tmp}
{{- if .Values.configuration.iniSecret }}
- {name: configuration, mountPath: /app/config.ini, subPath: config.ini, readOnly: true}
{{- end }}
{{- if .Values.secretProviderClass }}
- {name: secrets, mountPath: /run/secrets, readOnly: true}
{{- end }}
{{- range .Values.extraVolumeMounts }}
- {{ toJson . }}
{{- end }}
{{- end }}

{{- define "connector.volumes" -}}
- {name: tmp, emptyDir: {}}
{{- if .Values.configuration.iniSecret }}
- {name: configuration, secret: {secretName: {{ .Values.configuration.iniSecret }}, defaultMode: 0440}}
{{- end }}
{{- if .Values.secretProviderClass }}
- name: secrets
  csi: {driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: {secretProviderClass: {{ .Values.secretProviderClass }}}}
{{- end }}
{{- range .Values.extraVolumes }}
- {{ toJson . }}
{{- end }}
{{- end }}

{{- define "connector.claim" -}}
accessModes: [ReadWriteOnce]
{{- with .Values.state.storageClassName }}
storageClassName: {{ . }}
{{- end }}
resources: {requests: {storage: {{ .Values.state.size }}}}
{{- end }}
