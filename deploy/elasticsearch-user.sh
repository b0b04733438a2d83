#!/usr/bin/env bash
# Makes or renews the role and the user by which Vigil comes to Elasticsearch. Can be run again at any time.
set -euo pipefail

# The passwords go by pipes: an argument can be read in the list of processes.
put() {
  printf '%s' "$2" | curl --fail-with-body --silent --show-error --output /dev/null --request PUT \
    --config <(echo "user = \"elastic:$ELASTIC_PASSWORD\"") \
    --header 'content-type: application/json' --data-binary @- "$ELASTICSEARCH/_security/$1"
}

put role/vigil '{
  "cluster": ["monitor", "manage_index_templates"],
  "indices": [{ "names": ["vigil-*"], "privileges": ["all"] }]
}'
put user/vigil "{ \"password\": \"$VIGIL_ELASTICSEARCH_PASSWORD\", \"roles\": [\"vigil\"] }"
echo 'the role and the user vigil are set'
