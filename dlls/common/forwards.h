// A library of forwarders: each of its symbols is a jump to one of libws2_32.so.1.
//
// Windows' wsock32 and mswsock are faces of the same Winsock; so are ours, and state (sockets, the last error, WSAStartup's count)
// is common. The targets have private names there (WINDSOCK_PRIVATE in its version script). Assembler, for a jump passes the
// arguments on whatever they are.
//
//   #include "dlls/common/forwards.h"
//   #include "dlls/wsock32/wsock32.forwards"
#pragma once

#if defined __x86_64__
#define FORWARD_JUMP(target) "  jmp " target "@PLT\n"
#elif defined __aarch64__
#define FORWARD_JUMP(target) "  b " target "\n"
#elif defined __riscv
#define FORWARD_JUMP(target) "  tail " target "@plt\n"
#else
#error "a jump to another library is not known for this machine"
#endif

#define FORWARD(symbol, target)                                    \
  __asm__(".text\n.p2align 4\n"                                    \
          ".globl " #symbol "\n.type " #symbol ", %function\n"     \
          #symbol ":\n"                                            \
          FORWARD_JUMP(#target)                                    \
          ".size " #symbol ", . - " #symbol "\n");
