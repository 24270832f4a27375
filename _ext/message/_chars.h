/* Classes of characters in SIP grammar (RFC 3261 section 25.1), as PJSIP accepts them.
 *
 * The table is filled once while a module is imported and only read afterwards.
 */
#ifndef SIP_IDENTIFY_CHARS_H
#define SIP_IDENTIFY_CHARS_H

#include <stdint.h>

#define SIP_TOKEN 1        /* token: methods, header names, parameter names */
#define SIP_HOST 2         /* host names and IPv4 addresses */
#define SIP_USER 4         /* user part of a sip URI */
#define SIP_PASSWORD 8     /* password of a sip URI */
#define SIP_PARAM 16       /* name or value of a URI parameter */
#define SIP_HEADER 32      /* name or value of a URI's ?headers */
#define SIP_TEL 64         /* the number of a tel URI */
#define SIP_OTHER 128      /* content of a URI of another scheme */
#define SIP_VALUE 256      /* unquoted value of a header parameter */
#define SIP_DIGIT 512
#define SIP_USER_END 2048         /* ends the search for the '@' of a URI: the '@' itself, '>', blanks, line ends, NUL */

#define SIP_BRACKETS 32768        /* what a Via's parameters may hold besides */
#define SIP_USER_READ (1 << 16)   /* user part of a sip URI as it may be sent; '#' is escaped in print */
#define SIP_TEL_VALUE (1 << 17)   /* value of a parameter of a tel URI as it may be sent */
/* What stays unescaped when parameters of a tel URI are printed. */
#define SIP_TEL_NAME (1 << 18)    /* names other than the three below */
#define SIP_TEL_EXT (1 << 19)     /* value of ext */
#define SIP_TEL_ISUB (1 << 20)    /* value of isub */
#define SIP_TEL_CONTEXT (1 << 21) /* value of phone-context */

static uint32_t sip_class[256];

static inline void sip_class_add(const char *characters, unsigned bits)
{
    for (; *characters; characters++)
        sip_class[(unsigned char)*characters] |= bits;
}

static inline void sip_class_init(void)
{
    static const char alnum[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char unreserved[] = "-_.!~*'()";
    sip_class_add(alnum, SIP_TOKEN | SIP_HOST | SIP_USER | SIP_PASSWORD | SIP_PARAM | SIP_HEADER | SIP_OTHER
                             | SIP_VALUE | SIP_USER_READ | SIP_TEL_VALUE | SIP_TEL_NAME | SIP_TEL_ISUB
                             | SIP_TEL_CONTEXT);
    sip_class_add("-.!%*_`'~+", SIP_TOKEN | SIP_VALUE);
    /* '%' stays as it is when a decoded text is printed. */
    sip_class_add("%", SIP_USER | SIP_PASSWORD | SIP_PARAM | SIP_HEADER | SIP_USER_READ | SIP_TEL_VALUE | SIP_TEL_ISUB);
    sip_class_add("-._", SIP_HOST);
    sip_class_add(unreserved, SIP_USER | SIP_PASSWORD | SIP_PARAM | SIP_HEADER | SIP_OTHER | SIP_USER_READ
                                  | SIP_TEL_VALUE | SIP_TEL_ISUB);
    sip_class_add("&=+$,;?/", SIP_USER | SIP_USER_READ);
    sip_class_add("#", SIP_USER_READ);
    sip_class_add("&=+$,", SIP_PASSWORD);
    sip_class_add("[]/:&+$", SIP_PARAM | SIP_TEL_VALUE | SIP_TEL_ISUB);
    sip_class_add(",=@", SIP_TEL_VALUE);
    sip_class_add(",@", SIP_TEL_ISUB);
    sip_class_add("0123456789-.()", SIP_TEL_EXT);
    sip_class_add("+-.()", SIP_TEL_CONTEXT);
    sip_class_add("-", SIP_TEL_NAME);
    sip_class_add("[]/?:+$", SIP_HEADER);
    sip_class_add("0123456789abcdefABCDEF-.()+*#", SIP_TEL);
    sip_class_add(";/?:@&=+$,#%", SIP_OTHER);
    sip_class_add("0123456789", SIP_DIGIT);
    sip_class_add("@> \t\r\n", SIP_USER_END);
    sip_class[0] |= SIP_USER_END;
    sip_class_add(":[]", SIP_BRACKETS);
}

#endif
