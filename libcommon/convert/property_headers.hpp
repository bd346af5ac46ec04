// Header fields made from properties alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "convert/mail_headers.hpp"

namespace mbx::convert {

struct MadeField {
    std::string name;   ///< as written
    std::string lines;  ///< the whole field
    std::string loss;   ///< what it lost, for people; empty when nothing
};

/// The fields of a message in their usual order, each name once.
std::vector<MadeField> property_headers(const HeaderSources& sources);

/// The mailboxes of the recipients of one type, and how many of them are not really known.
struct RecipientList {
    std::vector<Mailbox> mailboxes;
    std::size_t unresolved = 0;
};
RecipientList recipients_of(const HeaderSources& sources, RecipientType type);

/// From, and Sender where it is somebody else ([MS-OXCMAIL] 2.1.3.1.3, 2.1.3.1.4).
struct Originators {
    std::optional<ResolvedAddress> from;
    std::optional<ResolvedAddress> sender;
};
Originators originators_of(const HeaderSources& sources);

}  // namespace mbx::convert
