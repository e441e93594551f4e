# Makes the lines of a library that only forwards (see forwards.h) from its .spec file. A line names the library that does it; where
# it names none, as in mswsock.spec, that is mswsock, whose code is the core's.
/^#/ || NF == 0 { next }
{
  symbol = $3 == "=" ? $2 : $3
  printf "FORWARD(%s, %s_%s)\n", symbol, $4 == "ws2_32" ? "wsock32" : "mswsock", symbol
}
