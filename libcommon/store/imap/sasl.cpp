#include "store/imap/sasl.hpp"

#include <fmt/format.h>
#include <gsasl.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mbx::store::imap {
namespace {

struct FreeMemory {
    void operator()(char* memory) const noexcept { gsasl_free(memory); }
};
using GsaslText = std::unique_ptr<char, FreeMemory>;

/// A mechanism of libgsasl.
class GsaslExchange final : public SaslExchange {
  public:
    GsaslExchange(std::string_view mechanism, const Credentials& credentials)
        : client_first_(mechanism != "LOGIN" && mechanism != "CRAM-MD5") {
        Gsasl* library = nullptr;
        require(gsasl_init(&library));
        library_.reset(library);
        Gsasl_session* session = nullptr;
        require(gsasl_client_start(library, std::string(mechanism).c_str(), &session));
        session_.reset(session);
        set(GSASL_AUTHID, credentials.user);
        set(GSASL_PASSWORD, credentials.password);
        if (!credentials.authorization_id.empty()) {
            set(GSASL_AUTHZID, credentials.authorization_id);
        }
        set(GSASL_SERVICE, "imap");
        set(GSASL_HOSTNAME, credentials.host);
    }

    bool client_first() const override { return client_first_; }

    std::string step(std::string_view challenge) override {
        char* output = nullptr;
        std::size_t size = 0;
        const int result =
            gsasl_step(session_.get(), challenge.data(), challenge.size(), &output, &size);
        const GsaslText owned(output);
        if (result != GSASL_OK && result != GSASL_NEEDS_MORE) {
            throw Error(ErrorCode::NotAllowed,
                        fmt::format("login failed: {}", gsasl_strerror(result)));
        }
        return std::string(output != nullptr ? output : "", size);
    }

  private:
    static void require(int result) {
        if (result != GSASL_OK) {
            throw Error(ErrorCode::BadConfig,
                        fmt::format("SASL mechanism: {}", gsasl_strerror(result)));
        }
    }
    void set(Gsasl_property property, const std::string& value) {
        gsasl_property_set_raw(session_.get(), property, value.data(), value.size());
    }

    bool client_first_;
    std::unique_ptr<Gsasl, decltype(&gsasl_done)> library_{nullptr, &gsasl_done};
    std::unique_ptr<Gsasl_session, decltype(&gsasl_finish)> session_{nullptr, &gsasl_finish};
};

/// XOAUTH2 (Google, Microsoft) and OAUTHBEARER (RFC 7628): one message; an error challenge gets an
/// answer that makes the server say NO.
class BearerExchange final : public SaslExchange {
  public:
    explicit BearerExchange(std::string initial, std::string after_error)
        : initial_(std::move(initial)), after_error_(std::move(after_error)) {}
    bool client_first() const override { return true; }
    std::string step(std::string_view /*challenge*/) override {
        return std::exchange(initial_, after_error_);
    }

  private:
    std::string initial_;
    std::string after_error_;
};

std::string saslname(std::string_view name) {
    std::string result;
    for (const char c : name) {
        result += c == '=' ? "=3D" : c == ',' ? "=2C" : std::string(1, c);
    }
    return result;
}

/// A master user: "anna*boss", as Dovecot and Cyrus write it, or an identity of its own.
bool acts_for_another(const Credentials& credentials) {
    return !credentials.authorization_id.empty() || credentials.user.find('*') != std::string::npos;
}

/// Whether the server gets to know the authorization identity.
bool can_authorize(std::string_view mechanism) {
    return mechanism != "LOGIN" && mechanism != "CRAM-MD5";
}

}  // namespace

std::optional<std::string> choose_mechanism(const std::set<std::string, std::less<>>& offered,
                                            const Credentials& credentials, bool encrypted) {
    std::vector<std::string> wanted;
    if (!credentials.oauth_token.empty()) {
        wanted = {"OAUTHBEARER", "XOAUTH2"};
    } else if (encrypted && acts_for_another(credentials)) {
        // Servers look the master user up by his password, which only PLAIN gives them.
        wanted = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-1", "LOGIN", "CRAM-MD5"};
    } else if (encrypted) {
        wanted = {"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"};
    } else {
        wanted = {"SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN"};
    }
    for (const std::string& mechanism : wanted) {
        if (offered.contains(mechanism) &&
            (credentials.authorization_id.empty() || can_authorize(mechanism))) {
            return mechanism;
        }
    }
    return std::nullopt;
}

std::unique_ptr<SaslExchange> start_exchange(std::string_view mechanism,
                                             const Credentials& credentials) {
    if (!credentials.authorization_id.empty() && !can_authorize(mechanism)) {
        throw Error(ErrorCode::BadConfig,
                    fmt::format("{} cannot open the mailbox of another user", mechanism),
                    "use PLAIN with an authorization identity");
    }
    // The token says who logs in.
    const std::string& owner =
        credentials.authorization_id.empty() ? credentials.user : credentials.authorization_id;
    if (mechanism == "XOAUTH2") {
        return std::make_unique<BearerExchange>(fmt::format("user={}\x01"
                                                            "auth=Bearer {}\x01\x01",
                                                            owner, credentials.oauth_token),
                                                "");
    }
    if (mechanism == "OAUTHBEARER") {
        return std::make_unique<BearerExchange>(
            fmt::format("n,a={},\x01host={}\x01port={}\x01"
                        "auth=Bearer {}\x01\x01",
                        saslname(owner), credentials.host, credentials.port,
                        credentials.oauth_token),
            "\x01");
    }
    return std::make_unique<GsaslExchange>(mechanism, credentials);
}

std::string base64_encode(std::string_view bytes) {
    char* output = nullptr;
    std::size_t size = 0;
    if (gsasl_base64_to(bytes.data(), bytes.size(), &output, &size) != GSASL_OK) {
        throw Error(ErrorCode::Internal, "libgsasl cannot encode base64");
    }
    const GsaslText owned(output);
    return std::string(output, size);
}

std::optional<std::string> base64_decode(std::string_view text) {
    char* output = nullptr;
    std::size_t size = 0;
    if (gsasl_base64_from(text.data(), text.size(), &output, &size) != GSASL_OK) {
        return std::nullopt;
    }
    const GsaslText owned(output);
    return std::string(output, size);
}

}  // namespace mbx::store::imap
