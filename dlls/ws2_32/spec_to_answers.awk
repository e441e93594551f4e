# Makes the lines of ws2_32.answers (see api_unsupported.cpp) from ws2_32.spec: one for each export that is not supported.
/^#/ || NF == 0 || $4 == "works" { next }
{
  symbol = $3 == "=" ? $2 : $3
  shape = $4
  if (shape ~ /^errno@/)
    printf "ANSWER_errno(%s, \"%s\", %s, %s)\n", symbol, $2, $5, substr(shape, 7)
  else if (shape == "void")
    printf "ANSWER_void(%s, \"%s\")\n", symbol, $2
  else if (shape == "false" && $5 == "-")
    printf "ANSWER_no(%s, \"%s\")\n", symbol, $2
  else
    printf "ANSWER_%s(%s, \"%s\", %s)\n", shape, symbol, $2, $5
}
