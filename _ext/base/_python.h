/* What Python's objects hold, without a call where they have their usual shape. */
#ifndef SIP_IDENTIFY_PYTHON_H
#define SIP_IDENTIFY_PYTHON_H

#include <Python.h>

/* The text of a str that is plain ASCII, NUL-terminated; NULL for any other object, without an exception. */
static inline const char *sip_ascii(PyObject *text, Py_ssize_t *size)
{
    if (!PyUnicode_Check(text) || !PyUnicode_IS_COMPACT_ASCII(text))
        return NULL;
    *size = PyUnicode_GET_LENGTH(text);
    return (const char *)PyUnicode_1BYTE_DATA(text);
}

/* The text of a str in UTF-8, NUL-terminated; NULL with an exception set where it has none. */
static inline const char *sip_text(PyObject *text, Py_ssize_t *size)
{
    const char *ascii = sip_ascii(text, size);
    return ascii ? ascii : PyUnicode_AsUTF8AndSize(text, size);
}

/* As PyLong_AsLongAndOverflow. */
static inline long sip_long(PyObject *number, int *overflow)
{
    if (PyLong_CheckExact(number)) {
#if PY_VERSION_HEX >= 0x030C0000
        if (PyUnstable_Long_IsCompact((PyLongObject *)number)) {
            *overflow = 0;
            return (long)PyUnstable_Long_CompactValue((PyLongObject *)number);
        }
#else
        Py_ssize_t size = Py_SIZE(number);
        if (size == 0 || size == 1) {
            *overflow = 0;
            return size ? (long)((PyLongObject *)number)->ob_digit[0] : 0;
        }
#endif
    }
    return PyLong_AsLongAndOverflow(number, overflow);
}

#endif
