// Mail of any shape into message objects: no crash, no endless loop, the same result twice.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/utf.hpp"
#include "convert/flags.hpp"
#include "convert/to_mapi.hpp"
#include "mapi/tags.hpp"

namespace {

using namespace mbx;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

// Reads everything, so that what is decoded late is decoded.
std::uint64_t visit(const mapi::Message& message, int depth) {
    require(depth <= mapi::kDeepestEmbedding);
    std::uint64_t total = message.recipients.size();
    for (const auto& [id, typed] : message.properties.fixed()) {
        if (const auto* text = std::get_if<std::string>(&typed.value)) {
            require(base::is_valid_utf8(*text) && text->find('\0') == std::string::npos);
            total += text->size();
        }
    }
    for (const mapi::Attachment& attachment : message.attachments) {
        require((attachment.embedded != nullptr) != (attachment.data != nullptr));
        if (attachment.embedded) {
            total += visit(*attachment.embedded, depth + 1);
        } else {
            const std::uint64_t size = attachment.data->size();
            require(base::read_all(*attachment.data, size).size() == size);
            total += size;
        }
    }
    return total;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    mail::Message mail;
    mail.source = base::memory_source(std::string(reinterpret_cast<const char*>(input), size));
    mail.keywords = {std::string(reinterpret_cast<const char*>(input), size < 20 ? size : 20)};
    mail.flags.answered = size % 2 == 0;
    base::IgnoreDiagnostics ignore;
    const mapi::Message message = convert::to_mapi(mail, {}, ignore);
    require(visit(message, 0) == visit(convert::to_mapi(mail, {}, ignore), 0));
    require(convert::decode_flags(message.properties).flags == mail.flags);
    return 0;
}
