# Sourced by the benches that need many Workers.
# shellcheck shell=bash

# write_workers FOLDER COUNT KIND: a hundred in a file, ten that share a module. Kinds: plain, routes, chain.
write_workers() {
  rm -rf "$1"
  mkdir -p "$1"
  awk -v count="$2" -v kind="$3" -v folder="$1" 'BEGIN {
    for (i = 0; i < count; i++) {
      file = sprintf("%s/workers-%d.yaml", folder, int(i / 100))
      code = sprintf("module-%d.js", int(i / 10))
      printf "---\napiVersion: plumbline.dev/v1beta1\nkind: Worker\nmetadata: {name: bench-%d}\nspec:\n  main: %s\n", i, code >file
      printf "  compatibility_date: 2026-04-01\n  bindings:\n    TEXT: {type: plain_text, text: one}\n" >file
      printf "  observability: {enabled: true}\n" >file
      if (kind == "routes") printf "  routes: [{pattern: \"w%d.example.com/*\", zone: example.com}]\n", i >file
      if (kind == "chain" && i > 0) printf "  depends_on: [bench-%d]\n", i - 1 >file
      if (i % 10 == 0) printf "export default { fetch: () => new Response(\"%d\") };\n", i >(folder "/" code)
      if (i % 10 == 9) close(folder "/" code)
      if (i % 100 == 99) close(file)
    }
  }'
}
