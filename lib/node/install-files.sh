#!/bin/sh
# Renders what the platform delivered: every file of the manifest goes to its own path with its owner and mode, with
# the secrets in place of their markers, and the host names go to /etc/hosts. Files and secrets of an earlier delivery
# that the manifest lacks go away. Prints effect and path of each file that changed and has not been applied yet: whoever
# has the software read them removes /run/brokers/unapplied.
# Runs at every start and after every delivery; running it twice changes nothing.
#   --hosts-only           only the host names, for the machine around a container
#   --into FOLDER SOURCE   only the files, those that stand below SOURCE as they would in /, to their paths below FOLDER
set -eu

root=/etc/brokers
unapplied=/run/brokers/unapplied
into='' from=''
if [ "${1:-}" = --into ]; then into=$2 from=$3 unapplied=/dev/null; fi
mkdir -p /run/brokers

# Literal replacement, so that no character of a secret is special. Reads the secrets from files: nothing of them is in
# an environment or a process list.
render() {
  LC_ALL=C awk -v secrets="$root/secrets" '
    function secret(name, encoding,   path, line, value, count, got) {
      path = secrets "/" name
      count = 0
      value = ""
      while ((got = (getline line < path)) > 0) value = value (count++ ? "\n" : "") line
      close(path)
      if (got < 0) {
        print "secret " name " is not on this node: " path " cannot be read" > "/dev/stderr"
        failed = 1
        exit 1
      }
      if (encoding == "json") return json(value)
      return encoding == "uri" ? uri(value) : value
    }
    function json(value,   result, i, c) {
      result = ""
      for (i = 1; i <= length(value); i++) {
        c = substr(value, i, 1)
        if (c == "\\" || c == "\"") c = "\\" c
        else if (code[c] < 32) c = sprintf("\\u%04x", code[c])
        result = result c
      }
      return result
    }
    # RFC 3986: everything but the unreserved characters, byte by byte.
    function uri(value,   result, i, c) {
      result = ""
      for (i = 1; i <= length(value); i++) {
        c = substr(value, i, 1)
        result = result (c ~ /[A-Za-z0-9._~-]/ ? c : sprintf("%%%02X", code[c]))
      }
      return result
    }
    BEGIN { for (byte = 1; byte < 256; byte++) code[sprintf("%c", byte)] = byte }
    {
      rest = $0
      line = ""
      while (match(rest, /@@secret(-json|-uri)?:[a-z0-9-]+@@/)) {
        marker = substr(rest, RSTART + 2, RLENGTH - 4)
        name = encoding = marker
        sub(/^[a-z-]*:/, "", name)
        sub(/^secret-?/, "", encoding)
        sub(/:.*$/, "", encoding)
        line = line substr(rest, 1, RSTART - 1) secret(name, encoding)
        rest = substr(rest, RSTART + RLENGTH)
      }
      print line rest
    }
    END { if (failed) exit 1 }
  ' "$1"
}

# Keeps what the engine wrote and replaces our own part. The file is a mount: it is written in place, not renamed.
install_hosts() {
  [ -f "$root/hosts" ] || return 0
  begin='# cdktf-brokers begin'
  end='# cdktf-brokers end'
  {
    awk -v begin="$begin" -v end="$end" '$0 == begin { skip = 1 } !skip { print } $0 == end { skip = 0 }' /etc/hosts
    echo "$begin"
    cat "$root/hosts"
    echo "$end"
  } >/run/brokers/hosts
  if ! cmp -s /run/brokers/hosts /etc/hosts; then
    echo none /etc/hosts >>"$unapplied"
    cat /run/brokers/hosts >/etc/hosts
  fi
}

install_file() {
  mode=$1 owner=$2 effect=$3 path=$into$4
  mkdir -p "$(dirname "$path")"
  new="$path.new"
  (umask 077 && render "$from$root/delivered$4" >"$new") || { rm -f "$new"; return 1; }
  chown "$owner:" "$new"
  chmod "$mode" "$new"
  if cmp -s "$new" "$path" && [ "$(stat -c %a:%U:%G "$new")" = "$(stat -c %a:%U:%G "$path")" ]; then
    rm -f "$new"
  else
    # Noted first: once the file is in place, another run finds nothing to tell.
    echo "$effect $path" >>"$unapplied"
    mv -f "$new" "$path"
  fi
}

# Effect and path of those in standard input that the manifest lacks. Of a file that came before effects were kept the
# effect is not known: then the strongest.
undeclared() {
  awk -v manifest="$root/manifest" -v installed="$root/installed" '
    function read(list, effects,   line, field) {
      while ((getline line < list) > 0) {
        split(line, field, " ")
        sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", line)
        effects[line] = field[3]
      }
    }
    BEGIN { read(manifest, declared); read(installed, before) }
    !($0 in declared) { effect = $0 in before ? before[$0] : "restart"; print effect, $0 }
  '
}

# Only what an earlier delivery put there: it is still in the folder of deliveries, or a secret.
remove_undeclared() {
  find "$root/delivered" "$root/secrets" -type f 2>/dev/null | sed "s#^$root/delivered##" | undeclared |
    while read -r effect path; do
      case $path in
        "$root"/secrets/*) ;;
        *) echo "$effect $path" >>"$unapplied" ;;
      esac
      rm -f "$path" "$root/delivered$path"
    done
}

# Two runs at once would write the same temporary files.
exec 9>/run/brokers/install.lock
flock 9
if [ "${1:-}" = --hosts-only ]; then
  install_hosts
  rm -f "$unapplied"
  exit 0
fi
if [ -d "$root/secrets" ]; then
  chmod 0700 "$root/secrets"
  find "$root/secrets" -type f -exec chmod 0400 {} +
fi
[ -n "$into" ] || install_hosts
while read -r mode owner effect path; do
  case $path in
    "$root"/secrets/*) ;;
    *) install_file "$mode" "$owner" "$effect" "$path" ;;
  esac
done <"$from$root/manifest"
[ -z "$into" ] || exit 0
remove_undeclared
cp "$root/manifest" "$root/installed"
[ ! -f "$unapplied" ] || awk '!seen[$0]++' "$unapplied"
