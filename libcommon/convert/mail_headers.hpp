// The header of a mail made from a message object ([MS-OXCMAIL] 2.1.3.1, 2.1.3.2).
#pragma once

#include <optional>
#include <string>

#include "base/diagnostics.hpp"
#include "base/sha256.hpp"
#include "base/time.hpp"
#include "convert/address_resolution.hpp"
#include "convert/transport_headers.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

struct HeaderSources {
    const mapi::Message& message;
    const TransportHeaders& transport;
    const AddressResolver& addresses;
    /// Of the body: where a Message-ID is missing one is made from what never changes, so that each
    /// run makes the same.
    base::Sha256Digest content{};
};

/// Whole lines, without those of MIME. What the message came with is kept, field by field, where it
/// still agrees with the properties; the rest is made from these.
std::string mail_headers(const HeaderSources& sources, base::Diagnostics& diagnostics);

/// When the message was sent; never "now". nullopt for a draft, or when nothing says it.
std::optional<base::UnixTime> sent_time(const mapi::PropertyBag& properties,
                                        const TransportHeaders& transport);
/// When it arrived; the time it was sent when that is not known.
std::optional<base::UnixTime> received_time(const mapi::PropertyBag& properties,
                                            const TransportHeaders& transport);

/// True for what was never sent.
bool is_draft(const mapi::PropertyBag& properties);

/// The subject without Outlook's marker of where its prefix ends.
std::string subject_of(const mapi::PropertyBag& properties);

}  // namespace mbx::convert
