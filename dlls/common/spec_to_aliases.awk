# Makes a linker script from wsock32.spec: a second, private name for each symbol of ws2_32 that wsock32 forwards to. A library that
# defines a symbol cannot refer to another library's of the same name.
/^#/ || NF == 0 || $4 != "ws2_32" { next }
{
  symbol = $3 == "=" ? $2 : $3
  printf "wsock32_%s = %s;\n", symbol, symbol
}
