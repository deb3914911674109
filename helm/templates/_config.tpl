{{- /*
plumbline.yaml and what has to be mounted for it, as JSON:

  config    the configuration in the program's own terms
  files     by Secret: the keys that are mounted as files
  mounts    by path: a volume's name and source, for folders of secrets and of keys that sign

Only whole directories are mounted, never single files by subPath: the kubelet exchanges a directory when a Secret
changes, and the daemon reads a file again when it uses it, so that a rotated token needs no restart.
*/ -}}
{{- define "plumbline.plan" -}}
{{- include "plumbline.check" . -}}
{{- $config := deepCopy .Values.config -}}
{{- $files := dict -}}
{{- $mounts := dict -}}

{{- range list "budgets" "secret_stores" "server" -}}
  {{- $_ := set $config . (index $config . | default dict) -}}
{{- end -}}
{{- $references := list (list $config "fingerprint_key") (list $config.server "read_token") (list $config.server "admin_token") -}}
{{- range $config.accounts -}}
  {{- $references = concat $references (list (list . "api_token") (list . "api_key") (list . "email")) -}}
{{- end -}}
{{- range $config.sources -}}
  {{- with .credentials -}}
    {{- $references = concat $references (list (list . "username") (list . "password") (list . "ssh_key") (list . "known_hosts")) -}}
  {{- end -}}
{{- end -}}
{{- range $references -}}
  {{- $parent := first . -}}
  {{- $field := last . -}}
  {{- with index $parent $field -}}
    {{- if .existingSecret -}}
      {{- $_ := set $files .existingSecret (append (index $files .existingSecret | default list) .key | uniq | sortAlpha) -}}
      {{- $_ := set $parent $field (dict "file" (printf "/run/secrets/files/%s/%s" .existingSecret .key)) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}

{{- range $name, $store := $config.secret_stores -}}
  {{- $directory := printf "/run/secrets/stores/%s" $name -}}
  {{- with $store.existingSecret -}}
    {{- $secret := dict "secretName" . "defaultMode" 288 -}}
    {{- with $store.items -}}
      {{- $items := list -}}
      {{- range $key, $path := . -}}{{- $items = append $items (dict "key" $key "path" $path) -}}{{- end -}}
      {{- $_ := set $secret "items" $items -}}
    {{- end -}}
    {{- $_ := set $mounts $directory (dict "name" (include "plumbline.volumeName" (list "store" $name)) "secret" $secret) -}}
  {{- end -}}
  {{- range $folder, $name_of_secret := $store.folders -}}
    {{- $secret := dict "secretName" $name_of_secret "defaultMode" 288 -}}
    {{- $volume := include "plumbline.volumeName" (list "store" (printf "%s/%s" $name $folder)) | replace "/" "-" -}}
    {{- $_ := set $mounts (printf "%s/%s" $directory $folder) (dict "name" $volume "secret" $secret) -}}
  {{- end -}}
  {{- if not $store.directory -}}
    {{- $_ := set $config.secret_stores $name (dict "directory" $directory) -}}
  {{- end -}}
{{- end -}}

{{- range $name, $source := $config.sources -}}
  {{- with $source.verify -}}
    {{- $directory := printf "/run/keys/%s" $name -}}
    {{- $volume := include "plumbline.volumeName" (list "keys" $name) -}}
    {{- if .existingConfigMap -}}
      {{- $_ := set $mounts $directory (dict "name" $volume "configMap" (dict "name" .existingConfigMap)) -}}
    {{- else if .existingSecret -}}
      {{- $_ := set $mounts $directory (dict "name" $volume "secret" (dict "secretName" .existingSecret "defaultMode" 288)) -}}
    {{- end -}}
    {{- if not .keys -}}
      {{- $_ := set $source "verify" (dict "keys" $directory) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}

{{- /*
Every interface, because the kubelet and Prometheus come from outside of the pod. /livez and /readyz answer without a
token wherever they listen; what says something about Workers, /api/v1/, answers 403 as long as there is no read_token.
*/ -}}
{{- $_ := set $config.server "listen" ":8080" -}}
{{- $_ := set $config.server "metrics_listen" ":9090" -}}
{{- dict "config" $config "files" $files "mounts" $mounts | toJson -}}
{{- end -}}

{{- define "plumbline.configText" -}}
{{- $config := (include "plumbline.plan" . | fromJson).config -}}
apiVersion: plumbline.dev/v1beta1
kind: Config
instance: {{ $config.instance | toJson }}
{{- range $section := list "fingerprint_key" "budgets" "accounts" "secret_stores" "sources" "server" }}
{{- with index $config $section }}
{{ dict $section . | toYaml }}
{{- end }}
{{- end }}
{{- end -}}
