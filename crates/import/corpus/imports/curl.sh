curl -sS -X POST 'http://a/b' -H 'Content-Type: application/json' \
  --data-raw $'{"a": "\u0021"}'
