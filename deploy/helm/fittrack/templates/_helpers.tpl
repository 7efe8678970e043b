{{- define "fittrack.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "fittrack.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "fittrack.name" .) .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "fittrack.name" .) | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "fittrack.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "fittrack.selector" . }}
{{- end }}

{{- define "fittrack.selector" -}}
app.kubernetes.io/name: {{ include "fittrack.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* What marks the pods that serve; a migration's or a test's do not. */}}
{{- define "fittrack.nodes" -}}
{{ include "fittrack.selector" . }}
app.kubernetes.io/component: node
{{- end }}

{{- define "fittrack.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}

{{- /* The image of the nodes that have the connections. */}}
{{- define "fittrack.activeImage" -}}
{{- $active := index .Values.blueGreen .Values.blueGreen.active }}
{{- if and .Values.blueGreen.enabled $active.tag }}
{{- printf "%s:%s" .Values.image.repository $active.tag }}
{{- else }}
{{- include "fittrack.image" . }}
{{- end }}
{{- end }}

{{- /* The sets of nodes that run, as JSON: the whole under its own name, or blue and green. */}}
{{- define "fittrack.sets" -}}
{{- $name := include "fittrack.fullname" . }}
{{- $sets := list }}
{{- if .Values.blueGreen.enabled }}
{{- range $color := list "blue" "green" }}
{{- $set := index $.Values.blueGreen $color }}
{{- if $set.running }}
{{- $tag := $set.tag | default $.Values.image.tag | default $.Chart.AppVersion }}
{{- $sets = append $sets (dict "name" (printf "%s-%s" $name $color) "color" $color "tag" $tag) }}
{{- end }}
{{- end }}
{{- $active := index .Values.blueGreen .Values.blueGreen.active }}
{{- if not $active.running }}
{{- fail (printf "blueGreen.active is %s, which does not run: set blueGreen.%s.running" .Values.blueGreen.active .Values.blueGreen.active) }}
{{- end }}
{{- else }}
{{- $sets = append $sets (dict "name" $name "color" "" "tag" (.Values.image.tag | default .Chart.AppVersion)) }}
{{- end }}
{{- toJson $sets }}
{{- end }}

{{- define "fittrack.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "fittrack.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "fittrack.mounts" -}}
- name: var
  mountPath: /srv/fittrack/var
- name: tmp
  mountPath: /tmp
{{- if .Values.walletSecret }}
- name: wallet
  mountPath: /srv/fittrack/wallet
  readOnly: true
{{- end }}
{{- end }}

{{- define "fittrack.volumes" -}}
- name: var
  emptyDir:
    sizeLimit: 256Mi
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- if .Values.walletSecret }}
- name: wallet
  secret:
    secretName: {{ .Values.walletSecret }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{- /*
The schema is that of the coming nodes: of the set beside the active one, and of the active one where it runs alone.
After the switch that beside it is the former version, which finds nothing to do on the newer schema.
*/}}
{{- define "fittrack.migrationImage" -}}
{{- $idle := index .Values.blueGreen (ternary "green" "blue" (eq .Values.blueGreen.active "blue")) }}
{{- if and .Values.blueGreen.enabled $idle.running $idle.tag }}
{{- printf "%s:%s" .Values.image.repository $idle.tag }}
{{- else }}
{{- include "fittrack.activeImage" . }}
{{- end }}
{{- end }}
