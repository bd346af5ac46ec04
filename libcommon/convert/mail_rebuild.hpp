// What the parts of to_mail() share.
#pragma once

#include "base/byte_source.hpp"
#include "base/diagnostics.hpp"
#include "convert/to_mail.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

struct RebuildContext {
    const ToMailOptions& options;
    base::Diagnostics& diagnostics;
    int depth = 0;  ///< of embedding

    RebuildContext deeper() const { return {options, diagnostics, depth + 1}; }
};

struct RebuiltMail {
    base::SharedSource source;
    bool eight_bit = false;    ///< it has bytes above 127: a signed part kept as it was, addresses
    bool utf8_header = false;  ///< addresses that are not ASCII stand in its header (RFC 6532)
};

/// A message, or a message inside of one, as RFC 5322 with CRLF, from its properties.
RebuiltMail rebuild_mail(const mapi::Message& message, const RebuildContext& context);

}  // namespace mbx::convert
