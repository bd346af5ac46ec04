// winmail.dat of any shape: read, and unpacked into mail.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/utf.hpp"
#include "convert/tnef_reader.hpp"
#include "convert/to_mail.hpp"
#include "mapi/tags.hpp"

namespace {

using namespace mbx;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void visit(const mapi::Message& message, std::size_t size, int depth) {
    require(depth <= 20);
    for (const auto& [id, typed] : message.properties.fixed()) {
        if (const auto* text = std::get_if<std::string>(&typed.value)) {
            require(base::is_valid_utf8(*text));
        }
    }
    for (const mapi::Attachment& attachment : message.attachments) {
        if (attachment.embedded) {
            visit(*attachment.embedded, size, depth + 1);
        } else if (attachment.data) {
            require(attachment.data->size() <= size);
        }
    }
}

std::string mail_of(const mapi::Message& message) {
    convert::ToMailOptions options;
    options.unpack_tnef = true;
    base::IgnoreDiagnostics ignore;
    return base::read_all_text(*convert::to_mail(message, options, ignore).message.source,
                               std::uint64_t{1} << 30);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const auto stream =
        base::memory_source(std::string(reinterpret_cast<const char*>(input), size));
    if (const auto content = convert::read_tnef(stream)) {
        visit(content->message, size, 0);
    }
    mapi::Message message;
    mapi::Attachment attachment;
    attachment.properties.set(mapi::PidTagAttachMethod, std::int32_t{1});
    attachment.data = stream;
    message.attachments.push_back(std::move(attachment));
    require(mail_of(message) == mail_of(message));
    return 0;
}
