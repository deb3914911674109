{{- /*
What no schema can say: names that refer to other places. The daemon would say the same at its start, but then the old
pod is gone already; here the release stays as it is.
*/ -}}
{{- define "plumbline.check" -}}
{{- $config := .Values.config -}}
{{- range $name, $account := $config.accounts -}}
  {{- $at := printf "config.accounts.%s" $name -}}
  {{- if eq (not $account.api_token) (not $account.api_key) -}}
    {{- fail (printf "%s: give either api_token, or api_key and email" $at) -}}
  {{- end -}}
  {{- with $account.budget -}}
    {{- if not (hasKey ($config.budgets | default dict) .) -}}{{- fail (printf "%s.budget: %q is not one of config.budgets" $at .) -}}{{- end -}}
  {{- end -}}
{{- end -}}
{{- range $name, $store := $config.secret_stores -}}
  {{- $kinds := 0 -}}
  {{- range list "existingSecret" "folders" "directory" -}}{{- if hasKey $store . -}}{{- $kinds = add1 $kinds -}}{{- end -}}{{- end -}}
  {{- if ne (int $kinds) 1 -}}
    {{- fail (printf "config.secret_stores.%s: give one of existingSecret, folders and directory" $name) -}}
  {{- end -}}
{{- end -}}
{{- range $name, $source := $config.sources -}}
  {{- $at := printf "config.sources.%s" $name -}}
  {{- if not (hasKey $config.accounts $source.account) -}}
    {{- fail (printf "%s.account: %q is not one of config.accounts" $at $source.account) -}}
  {{- end -}}
  {{- range $alias, $store := $source.secret_stores -}}
    {{- if not (hasKey ($config.secret_stores | default dict) $store) -}}
      {{- fail (printf "%s.secret_stores.%s: %q is not one of config.secret_stores" $at $alias $store) -}}
    {{- end -}}
  {{- end -}}
  {{- $follows := 0 -}}
  {{- range list "branch" "tag" "semver" "commit" -}}{{- if hasKey $source . -}}{{- $follows = add1 $follows -}}{{- end -}}{{- end -}}
  {{- if and (ne (int $follows) 1) (not (hasPrefix "/" $source.repository)) -}}
    {{- fail (printf "%s: give one of branch, tag, semver and commit" $at) -}}
  {{- end -}}
{{- end -}}
{{- end -}}
