// A message object as a PST holds it ([MS-OXCMSG], [MS-PST] 2.4.5): properties, recipients,
// attachments.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mapi/property_bag.hpp"

namespace mbx::mapi {

struct Message;

/// PidTagAttachMethod, [MS-OXCMSG] 2.2.2.9.
enum class AttachMethod : std::int32_t {
    None = 0,
    ByValue = 1,
    ByReference = 2,
    ByReferenceResolve = 3,
    ByReferenceOnly = 4,
    EmbeddedMessage = 5,
    Ole = 6,
    ByWebReference = 7,
};

/// The content stands apart from the properties (PidTagAttachDataBinary, PidTagAttachDataObject and
/// PidTagAttachSize are never in `properties`): `data` for ByValue and Ole, `embedded` for
/// EmbeddedMessage, neither for references and for content that is not there.
struct Attachment {
    PropertyBag properties;
    base::SharedSource data;
    std::unique_ptr<Message> embedded;

    AttachMethod method() const {
        return static_cast<AttachMethod>(
            properties.integer(PropertyTag{0x3705, PropertyType::Integer32}));
    }
};

/// Move-only. PidTagMessageSize, PidTagDisplayTo/Cc/Bcc and PidTagHasAttachments may be absent: the
/// PST writer computes them from what is here. `recipients` and `attachments` keep their order.
struct Message {
    PropertyBag properties;
    std::vector<PropertyBag> recipients;
    std::vector<Attachment> attachments;
    bool associated =
        false;  ///< folder-associated information (FAI), not a message that people see
    /// Of a message read from a file: what of it, embedded messages included, could not be read and
    /// is left out, in words; empty when all of it is here.
    std::string damage;
};

/// Embedded messages are followed to this depth, on reading, converting and writing; deeper ones
/// are kept as bytes.
inline constexpr int kDeepestEmbedding = 100;

}  // namespace mbx::mapi
