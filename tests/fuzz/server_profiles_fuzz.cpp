// Whatever servers.conf holds, an alias stays within its folder.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.hpp"
#include "migration/secrets.hpp"
#include "migration/server_profiles.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mbx::migration;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static_cast<void>(find_in_netrc(text, "mail.example", "john"));
    try {
        const ServerProfiles profiles = ServerProfiles::parse(text, "servers.conf");
        for (const ServerProfile& profile : profiles.all()) {
            const Mailbox mailbox = mailbox_of(profile, "a%2e.b");
            const bool on_disk = mailbox.url.kind != mbx::store::StoreKind::Imap;
            const bool named = profile.url.find("{alias}") != std::string::npos;
            if (on_disk && named && mailbox.url.path.find("a%2e.b") == std::string::npos) {
                std::abort();
            }
        }
    } catch (const mbx::Error& error) {
        if (error.code() == mbx::ErrorCode::Internal) {
            std::abort();
        }
    }
    return 0;
}
