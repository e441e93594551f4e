# Makes the table behind GetProcAddress from the .spec files: PROCEDURE(library, ordinal or 0, name, symbol).
/^#/ || NF == 0 { next }
{
  n = split(FILENAME, path, "/")
  library = path[n]
  sub(/\.spec$/, "", library)
  printf "PROCEDURE(%s, %d, \"%s\", \"%s\")\n", library, $1 == "-" ? 0 : $1, $2, $3 == "=" ? $2 : $3
}
