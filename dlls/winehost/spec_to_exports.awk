# Makes the lines EXPORT(number, symbol, name, how) from ws2_32.spec, mswsock.spec and wsock32.spec, in this order: each function of
# the core that a program can reach, once. The bridge's two halves and its list of exports are made from them.
#
# symbol is the ELF symbol, which is the bridge's export name too. how is "typed" where the public headers declare the function,
# "plain" where nothing is known of the arguments: for an export that only answers that it is not supported, and for the few that no
# public header declares (the variable undeclared); "own" for the symbols in the variable own.
BEGIN {
  split(own, names, " "); for (i in names) how[names[i]] = "own"
  split(undeclared, names, " "); for (i in names) how[names[i]] = "plain"
}
FNR == 1 { library = FILENAME; sub(/.*\//, "", library); sub(/\.spec$/, "", library) }
/^#/ || NF == 0 { next }
{
  symbol = $3 == "=" ? $2 : $3
  works = $4 == "works"
  if (library == "mswsock")
    symbol = "mswsock_" symbol
  else if (library == "wsock32") {
    if ($4 != "ws2_32" || symbol in seen) next
    works = 1
  }
  seen[symbol] = 1
  printf "EXPORT(%d, %s, %s, %s)\n", count++, symbol, $2, symbol in how ? how[symbol] : works ? "typed" : "plain"
}
# The program gets these from WSASetBlockingHook, and as extension functions.
END {
  printf "EXPORT(%d, windsock_default_blocking_hook, -, plain)\n", count++
  extensions = split("receive_message connect_ex disconnect_ex transmit_packets", extension, " ")
  for (i = 1; i <= extensions; i++) printf "EXPORT(%d, windsock_%s, windsock_%s, typed)\n", count++, extension[i], extension[i]
}
