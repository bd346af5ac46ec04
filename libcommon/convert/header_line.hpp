// Header fields on the way out: encoded words, quoting, parameters, folding
// (RFC 5322 2.2, 3; RFC 2047; RFC 2231). Every function gives whole lines with CRLF, at most 78
// characters where that can be and never more than 998; all ASCII but for addresses that are not,
// which no encoding may touch (RFC 6532).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "convert/address_list.hpp"

namespace mbx::convert {

/// Text for people: Subject, Comments, X-...: what is not plain ASCII becomes encoded words.
std::string text_header(std::string_view name, std::string_view text);

/// A value of tokens that must stay as they are (message ids, dates): folded at its blanks. What is
/// no printable ASCII is taken out; tokens that fit no line are left out.
std::string token_header(std::string_view name, std::string_view value);

/// Keywords: phrases set apart by commas.
std::string phrase_list_header(std::string_view name, const std::vector<std::string>& phrases);

/// Pre: !mailboxes.empty().
std::string address_header(std::string_view name, const std::vector<Mailbox>& mailboxes);

struct Parameter {
    std::string name;   ///< ASCII token
    std::string value;  ///< UTF-8
};
enum class ParameterStyle {
    Rfc2231,      ///< name*=utf-8''..., in pieces when long
    EncodedWord,  ///< name="=?utf-8?...?=": what Outlook writes and old programs need
};
/// Content-Type, Content-Disposition: `value; name=value; ...`.
std::string parameter_header(std::string_view name, std::string_view value,
                             const std::vector<Parameter>& parameters,
                             ParameterStyle style = ParameterStyle::Rfc2231);

/// "Mon, 1 Jan 2024 08:09:10 +0000".
std::string rfc5322_date(base::UnixTime time);

/// True for an address that can stand in a header, its user quoted if need be (RFC 5322 3.4.1, RFC
/// 6532 3.2).
bool is_mail_address(std::string_view address);

}  // namespace mbx::convert
