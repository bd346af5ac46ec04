// Lists of mailboxes (RFC 5322 3.4), as mail really has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mbx::convert {

/// A mailbox; both UTF-8, without quotes and comments, either may be empty. An address without "@"
/// stands only where angle brackets said that it is one, or a comment says whose.
struct Mailbox {
    std::string name;
    std::string address;

    bool operator==(const Mailbox&) const = default;
};

/// The mailboxes in order, those inside of groups included, names of groups left out. Never fails;
/// linear in the length.
std::vector<Mailbox> parse_address_list(std::string_view unfolded,
                                        std::string_view fallback_charset);

}  // namespace mbx::convert
