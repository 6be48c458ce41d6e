{{- define "ours.labels" -}}
app.kubernetes.io/name: inspect-pipelines
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "ours.home" -}}
{{ .Values.home.claim | default (printf "%s-home" .Release.Name) }}
{{- end }}

{{/* What each pod has: no root, nothing writable but the home and memory, no token of the cluster. */}}
{{- define "ours.pod" -}}
serviceAccountName: {{ .root.Release.Name }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: home
    persistentVolumeClaim: {claimName: {{ include "ours.home" .root }}}
  - name: project
    {{- if .root.Values.project.claim }}
    persistentVolumeClaim: {claimName: {{ .root.Values.project.claim }}, readOnly: true}
    {{- else }}
    emptyDir: {sizeLimit: 1Mi}
    {{- end }}
  - name: scratch
    emptyDir: {sizeLimit: 2Gi}
  - name: own # what Chromium and fontconfig write under HOME
    emptyDir: {sizeLimit: 512Mi}
  - name: shm
    emptyDir: {medium: Memory, sizeLimit: {{ .root.Values.worker.shm }}}
{{- end }}

{{- define "ours.container" -}}
image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}"
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
env:
  - {name: HOME, value: /home/inspect}
  - name: INSPECT_DATABASE_URL
    valueFrom: {secretKeyRef: {name: {{ .root.Values.secret }}, key: database-url}}
  - name: INSPECT_LOGINS_KEY
    valueFrom: {secretKeyRef: {name: {{ .root.Values.secret }}, key: logins-key}}
  {{- if .root.Values.worker.replicas }}
  - {name: INSPECT_RUN_LAUNCHER, value: celery}
  - name: INSPECT_BROKER_URL
    valueFrom: {secretKeyRef: {name: {{ .root.Values.secret }}, key: broker-url}}
  {{- end }}
  {{- with .root.Values.dagster.url }}
  - {name: INSPECT_DAGSTER_URL, value: {{ . | quote }}}
  {{- end }}
  {{- range $name, $value := .root.Values.settings }}
  - {name: {{ $name }}, value: {{ $value | quote }}}
  {{- end }}
  {{- range $name, $key := .root.Values.secretSettings }}
  - name: {{ $name }}
    valueFrom: {secretKeyRef: {name: {{ $.root.Values.secret }}, key: {{ $key }}}}
  {{- end }}
volumeMounts:
  - {name: home, mountPath: /var/lib/inspect}
  - {name: project, mountPath: /project, readOnly: true}
  - {name: scratch, mountPath: /tmp}
  - {name: own, mountPath: /home/inspect}
  - {name: shm, mountPath: /dev/shm}
{{- end }}
