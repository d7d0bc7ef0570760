#!/bin/sh
# Exits 0 while HAProxy answers on health port $1 and every essential listener has a living server. Keepalived runs it
# every second, the engine for the container's health.
exec timeout 1 wget -q -O /dev/null "http://127.0.0.1:$1/alive"
