/*
 * The entry points of winehost.dll: one stub for each export, all with one way into winehost.so. See bridge.h.
 *
 * In Windows' convention for x86-64 the caller leaves room for the four arguments that come in registers, right below those that come on
 * the stack: with the registers stored there, all arguments stand in one row.
 */
#define FRAME 0x98
#define CALL 0x20 /* a Call in the frame, above the room that the functions we call may use; bridge.c checks the offsets */
#define CALL_RESULT 0x28
#define CALL_PROBING 0x30
#define CALL_NUMBER 0x38

        .text
        .p2align 4
        .def    windsock_bridge; .scl 3; .type 32; .endef
        .seh_proc windsock_bridge
windsock_bridge:
        leaq    8(%rsp), %r10
        subq    $FRAME, %rsp
        .seh_stackalloc FRAME
        .seh_endprologue
        movq    %r10, CALL(%rsp)
        movq    $-1, CALL_PROBING(%rsp)
        movq    %rax, CALL_NUMBER(%rsp)
        movq    windsock_unixlib(%rip), %rcx
        leal    5(%rax), %edx /* kFirstExport */
        leaq    CALL(%rsp), %r8
        call    *windsock_dispatcher(%rip)
        testl   %eax, %eax
        jne     1f
        movq    CALL_RESULT(%rsp), %rax
        addq    $FRAME, %rsp
        ret
1:      leaq    CALL(%rsp), %rcx
        movl    %eax, %edx
        call    windsock_finish_call
        addq    $FRAME, %rsp
        ret
        .seh_endproc

#define EXPORT(number, symbol, name, how) \
        .globl  symbol; \
        .p2align 4; \
symbol: movq    %rcx, 8(%rsp); \
        movq    %rdx, 16(%rsp); \
        movq    %r8, 24(%rsp); \
        movq    %r9, 32(%rsp); \
        movl    $number, %eax; \
        jmp     windsock_bridge;
#include "dlls/winehost/winehost.exports"
#undef EXPORT

        .section .rdata,"dr"
        .p2align 3
        .globl  windsock_stubs
windsock_stubs:
#define EXPORT(number, symbol, name, how) .quad symbol;
#include "dlls/winehost/winehost.exports"
