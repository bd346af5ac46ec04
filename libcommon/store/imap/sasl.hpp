// SASL mechanisms for AUTHENTICATE (RFC 4422): PLAIN, LOGIN and SCRAM by libgsasl, XOAUTH2 and
// OAUTHBEARER here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "store/mail_store.hpp"

namespace mbx::store::imap {

/// One exchange. Challenges and answers are raw bytes; base64 is the caller's business.
class SaslExchange {
  public:
    virtual ~SaslExchange() = default;
    /// True when the client speaks first; step("") then gives the initial response.
    virtual bool client_first() const = 0;
    virtual std::string step(std::string_view challenge) = 0;
};

struct Credentials {
    std::string user;
    std::string authorization_id;
    std::string password;
    std::string oauth_token;
    std::string host;
    std::uint16_t port = 143;
};

/// The best of the mechanisms that the server offers ("PLAIN", "SCRAM-SHA-256", ... in upper case)
/// for the credentials at hand: a token goes with OAUTHBEARER or XOAUTH2 only; else SCRAM-SHA-256,
/// SCRAM-SHA-1, PLAIN, LOGIN, and where the connection is not encrypted CRAM-MD5 before PLAIN. Who
/// acts for another goes with PLAIN first where it is. nullopt when none fits.
std::optional<std::string> choose_mechanism(const std::set<std::string, std::less<>>& offered,
                                            const Credentials& credentials, bool encrypted);

/// Throws Error(BadConfig) for a mechanism that is not known here, or that cannot say the
/// authorization identity that is given.
std::unique_ptr<SaslExchange> start_exchange(std::string_view mechanism,
                                             const Credentials& credentials);

std::string base64_encode(std::string_view bytes);
/// nullopt when it is not base64.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace mbx::store::imap
