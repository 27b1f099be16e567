#!/bin/bash
# Whether the connector of this container is well: what /health says where it listens (connector server, connector
# managed --listen HOST:PORT), else that it runs. A host that stands for all addresses is asked on this machine.
set -u
mapfile -d '' words </proc/1/cmdline
host=127.0.0.1 port=''
for ((i = 0; i < ${#words[@]}; ++i)); do
  next=${words[i + 1]-}
  case ${words[i]} in
    server) port=${port:-8000} ;;
    --listen=*) next=${words[i]#*=} ;&
    --listen) host=${next%:*} port=${next##*:} ;;
    --host=*) host=${words[i]#*=} ;;
    --host) host=$next ;;
    --port=*) port=${words[i]#*=} ;;
    --port) port=$next ;;
  esac
done
[ -n "$port" ] || exec kill -0 1
case $host in 0.0.0.0 | '' | '[::]' | ::) host=127.0.0.1 ;; esac
exec 3<>"/dev/tcp/${host//[\[\]]/}/$port" || exit 1
printf 'GET /health HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n' "$host" "$port" >&3
read -r -t 5 _ status _ <&3 && [ "$status" = 200 ]
