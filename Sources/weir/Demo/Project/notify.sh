#!/bin/sh
# A step's program: parameters come as WEIR_* variables and as JSON on stdin; the last line of stdout is its output.
# Posts the day to the product, whose address `weir demo` has left in a file. Without one there is nobody to tell.
set -eu
if [ ! -f product.address ]; then
    echo '{"told": false}'
    exit 0
fi
curl --silent --show-error --fail --max-time 10 --header 'Content-Type: application/json' \
    --data "{\"ready\": \"$WEIR_DT\"}" "http://$(cat product.address)/numbers-ready"
