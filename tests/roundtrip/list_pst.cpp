// Says on stdout what our reader finds in a PST, for comparison with other readers
// (compare-readers):
//
//   folder TAB path TAB messages
//   message TAB path TAB subject
//   attachment TAB path TAB sha256 TAB kind
//   mail TAB path TAB file TAB read or unread TAB arrived, in seconds since 1970
//
// The last one is for the message before it, with --mail FOLDER: the mail that went into the PST,
// in a file of that folder. Messages that keep no such mail have none.
//
// Folders are those that people see; "/" parts the names of a path, and those in a name, and all
// that would break a line, are "_". Attachments are those by value; kind is "embedded" for those of
// embedded messages, "embedded meeting" and "meeting" for those of invitations and answers, "many"
// for those of a message with more of them than one subnode block can name, else "plain".

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/diagnostics.hpp"
#include "base/sha256.hpp"
#include "convert/to_mail.hpp"
#include "mapi/message.hpp"
#include "mapi/tags.hpp"
#include "pst/reader.hpp"

namespace {

namespace base = mbx::base;
namespace convert = mbx::convert;
namespace mapi = mbx::mapi;
namespace pst = mbx::pst;

constexpr std::size_t kMostInOneBlock = 338;  // less the tables of recipients and attachments

std::string one_line(std::string text, bool is_name) {
    std::replace_if(
        text.begin(), text.end(),
        [&](char c) { return static_cast<unsigned char>(c) < ' ' || (is_name && c == '/'); }, '_');
    return text;
}

void list_message(const mapi::Message& message, const std::string& path, bool embedded) {
    const bool many = message.attachments.size() > kMostInOneBlock;
    const bool meeting = message.properties.text(mapi::PidTagMessageClass)
                             .value_or("")
                             .starts_with("IPM.Schedule.Meeting.");
    const char* const kind = embedded  ? meeting ? "embedded meeting" : "embedded"
                             : many    ? "many"
                             : meeting ? "meeting"
                                       : "plain";
    for (const mapi::Attachment& attachment : message.attachments) {
        if (attachment.embedded) {
            list_message(*attachment.embedded, path, true);
        } else if (attachment.data && attachment.method() == mapi::AttachMethod::ByValue) {
            fmt::print("attachment\t{}\t{}\t{}\n", path,
                       base::to_hex(base::sha256(*attachment.data)), kind);
        }
    }
}

void write_mail(const mapi::Message& message, const std::string& path, const std::string& file) {
    base::DiagnosticList losses;
    const convert::ConvertedMail mail = convert::to_mail(message, {}, losses);
    if (mail.origin != convert::SourceOrigin::Exact) {
        return;
    }
    std::ofstream out(file, std::ios::binary);
    out.exceptions(std::ios::badbit | std::ios::failbit);
    base::for_each_piece(*mail.message.source, [&](base::ByteView piece) {
        const std::string_view text = base::as_text(piece);
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
    });
    fmt::print(
        "mail\t{}\t{}\t{}\t{}\n", path, file, mail.message.flags.seen ? "read" : "unread",
        mail.message.internal_date ? fmt::format("{}", mail.message.internal_date->seconds) : "");
}

void list_folder(pst::PstReader& reader, const pst::PstFolder& folder, const std::string& path,
                 const std::string& mail_folder) {
    const auto cursor = reader.messages(folder.nid);
    std::uint64_t count = 0;
    while (cursor->next()) {
        const mapi::Message message = cursor->message();
        fmt::print("message\t{}\t{}\n", path,
                   one_line(message.properties.text(mapi::PidTagSubject).value_or(""), false));
        list_message(message, path, false);
        if (!mail_folder.empty()) {
            write_mail(message, path,
                       fmt::format("{}/{:x}-{}.eml", mail_folder, folder.nid.value, count));
        }
        ++count;
    }
    fmt::print("folder\t{}\t{}\n", path, count);
}

}  // namespace

int main(int argc, char** argv) {
    const bool with_mail = argc == 4 && std::string_view(argv[1]) == "--mail";
    if (argc != 2 && !with_mail) {
        fmt::print(stderr, "usage: list_pst [--mail FOLDER] FILE.pst\n");
        return 64;
    }
    const std::string mail_folder = with_mail ? argv[2] : "";
    try {
        base::DiagnosticList damage;
        const auto reader = pst::open_pst(argv[argc - 1], {}, damage);
        std::map<std::uint32_t, std::string> paths;
        for (const pst::PstFolder& folder : reader->folders()) {
            if (!folder.below_ipm_subtree) {
                continue;
            }
            const auto above = paths.find(folder.parent.value);
            const std::string path = (above == paths.end() ? "" : above->second + "/") +
                                     one_line(folder.folder.display_name, true);
            paths[folder.nid.value] = path;
            list_folder(*reader, folder, path, mail_folder);
        }
        for (const base::Diagnostic& item : damage.items) {
            fmt::print(stderr, "list_pst: {}: {}\n", item.place, item.text);
        }
        return damage.items.empty() ? 0 : 65;
    } catch (const std::exception& error) {
        fmt::print(stderr, "list_pst: {}\n", error.what());
        return 70;
    }
}
