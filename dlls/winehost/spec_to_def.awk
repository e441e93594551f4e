# Makes the module definition of a DLL of forwarders from a .spec file: each export is one of winehost.dll, with the ordinal of the list.
# Use: awk -v library=ws2_32 -f spec_to_def.awk ws2_32.spec
BEGIN { print "LIBRARY " library ".dll\nEXPORTS" }
/^#/ || NF == 0 { next }
{
  symbol = $3 == "=" ? $2 : $3
  from_mswsock = library == "mswsock" || (library == "wsock32" && $4 == "mswsock")
  printf "  %s = winehost.%s%s @%d\n", $2, from_mswsock ? "mswsock_" : "", symbol, $1
}
