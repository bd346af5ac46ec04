// Looks at a mail as a strict server or program would.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mbx::test {

struct MailLint {
    std::vector<std::string>
        faults;              ///< what breaks RFC 5322, RFC 2045 or RFC 2046; empty when sound
    std::string tree;        ///< "multipart/mixed(text/plain,message/rfc822(text/plain))"
    std::string gmime_tree;  ///< the same as GMime sees it
};

/// Lines, folding, singular fields, boundaries, 8-bit bytes; each level of the message.
MailLint lint_mail(std::string_view mail);

}  // namespace mbx::test
