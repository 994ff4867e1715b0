// SPDX-License-Identifier: MIT
/* A view in C++ (view.h). */
#ifndef VIEW
#    define VIEW abi_view_cxx
#endif
#include <utility>

/* The first argument is the object. */
#define CALL(interface_, method, ...) \
    call([](auto *self, auto... rest) { return self->method(rest...); }, __VA_ARGS__)
#define IID_PLACE(iid) (&(iid))
#define IID_VALUE(iid) \
    by_reference       \
    {                  \
        &(iid)         \
    }

#include "view.h"

/* A REFIID that can be handed on by value. */
struct by_reference {
    const IID *iid;
    operator REFIID() const
    {
        return *iid;
    }
};

template <typename function, typename self, typename... arguments>
static auto call(function method, self *object, arguments... rest)
{
    return method(object, rest...);
}

#include "view-body.h"
