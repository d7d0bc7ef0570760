#!/bin/bash
# Exits 0 when a broker would start with the configuration below folder $1, where files have the paths that they will have.
# Otherwise prints one sentence on standard error. An Erlang of its own reads the files as a boot does: no broker notices.
set -euo pipefail

new=$1/etc/rabbitmq now=/etc/rabbitmq changed=''
for path in "$new"/advanced.config "$new"/conf.d/*; do
  cmp -s "$path" "$now/${path#"$new"/}" || changed=yes
done
[[ $changed ]] || exit 0
# What the image has besides.
for path in "$now"/rabbitmq.conf "$now"/conf.d/*; do
  [[ ! -f $path || -e $new/${path#"$now"/} ]] || cp "$path" "$new/${path#"$now"/}"
done
# A boot looks whether files are there that the configuration names: those that come with it are here as yet.
while IFS= read -r file; do
  sed -i "s#= *${file#"$1"}\$#= $file#" "$new"/conf.d/*
done < <(find "$1" -type f)

server=/usr/lib/rabbitmq/bin/rabbitmq-server
[[ -x $server ]] || server=$(command -v rabbitmq-server)
server=$(readlink -f "$server")
status=0
report=$(ERL_LIBS=${server%/*/*}/plugins ERL_CRASH_DUMP_SECONDS=0 timeout 60 /opt/brokers/bin/rabbitmq-cli erl \
  -noinput -boot start_clean -dir "$new" -eval '
    ok = logger:set_primary_config(level, error),
    ok = logger:update_handler_config(default, #{filter_default => log, filters => []}),
    ok = logger:update_formatter_config(default, #{single_line => true, template => [msg, "\n"]}),
    {ok, [[Dir]]} = init:get_argument(dir),
    Files = lists:filter(fun filelib:is_regular/1,
      [Dir ++ "/rabbitmq.conf" | lists:sort(filelib:wildcard(Dir ++ "/conf.d/*.conf"))]),
    Context = #{plugins_path => os:getenv("ERL_LIBS"), os_type => os:type()},
    Code = try
      rabbit_prelaunch_conf:generate_config_from_cuttlefish_files(Context, Files, Dir ++ "/advanced.config"), 0
    catch
      throw:{error, no_configuration_schema_found} -> 0;
      throw:{error, _} -> 3
    end,
    logger_std_h:filesync(default),
    halt(Code).' 2>&1) || status=$?
# Anything else says nothing about the files.
((status == 3)) || exit 0
reasons=$(sed -E 's/^[ -]+//; /^(Error preparing|Are these files|$)/d' <<<"${report//"$1"/}" | awk '!seen[$0]++' | paste -sd ' ')
/opt/brokers/bin/rabbitmq-redact <<<"rabbitmq refuses its configuration: $reasons" >&2
exit 1
