#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "mail/folder_name.hpp"
#include "pst_inspect.hpp"

namespace mbx::inspect {

using pst::ndb::Nid;

cli::Description description() {
    return {
        .name = "pst-inspect",
        .summary = "show what is in a PST or OST file, and whether it is sound",
        .usage = {"COMMAND [OPTION]... FILE..."},
        .examples = {{"what is in this file?", "pst-inspect summary john.pst"},
                     {"its folders, with counts", "pst-inspect folders john.pst"},
                     {"the messages of the Inbox", "pst-inspect messages --folder Inbox john.pst"},
                     {"every property of one message",
                      "pst-inspect show --properties john.pst 0x200024"},
                     {"is it sound?", "pst-inspect check john.pst"}},
        .notes = "pst-inspect COMMAND --help shows the options of a command."};
}

std::vector<std::unique_ptr<cli::Tool>> commands() {
    std::vector<std::unique_ptr<cli::Tool>> result;
    result.push_back(make_summary());
    result.push_back(make_folders());
    result.push_back(make_messages());
    result.push_back(make_show());
    result.push_back(make_check());
    result.push_back(make_nodes());
    result.push_back(make_blocks());
    result.push_back(make_dump());
    result.push_back(make_map());
    return result;
}

bool is_about_one_file(const Error& error, const cli::Context& context) {
    return (error.code() == ErrorCode::BadData || error.code() == ErrorCode::NoInput ||
            error.code() == ErrorCode::NotAllowed || error.code() == ErrorCode::Io) &&
           !context.output.has_failed();
}

ExitCode for_each_file(const std::vector<std::string>& files, cli::Context& context,
                       const std::function<ExitCode(const std::string&)>& work) {
    std::optional<ExitCode> failure;
    ExitCode result = ExitCode::Ok;
    for (const std::string& file : files) {
        try {
            const ExitCode code = work(file);
            result = code == ExitCode::Ok ? result : code;
        } catch (Error& error) {
            if (!is_about_one_file(error, context)) {
                throw;
            }
            if (!error.place().starts_with(file)) {
                error.with_place(file);
            }
            if (files.size() == 1) {
                throw;
            }
            context.progress.finish();
            context.output.flush();
            context.console.error(error);
            failure = failure.value_or(exit_code(error.code()));
        }
    }
    return failure.value_or(result);
}

void ReaderTool::declare(cli::OptionSet& options) {
    options.group("Reading")
        .choice("reader", &reader_, {"auto", "own", "libpff"},
                "which reader to use (default: auto, our own where it can read the file)")
        .number("code-page", &code_page_, "N",
                "Windows code page of 8-bit text that does not name its own (default: 1252)",
                std::uint32_t{1}, std::uint32_t{65535});
}

std::unique_ptr<pst::PstReader> ReaderTool::open(const std::string& path,
                                                 cli::Context& context) const {
    return open(path, kind(), context);
}

pst::ReaderKind ReaderTool::kind() const noexcept {
    return reader_ == "own"      ? pst::ReaderKind::Own
           : reader_ == "libpff" ? pst::ReaderKind::Libpff
                                 : pst::ReaderKind::Auto;
}

std::unique_ptr<pst::PstReader> ReaderTool::open(const std::string& path, pst::ReaderKind kind,
                                                 cli::Context& context) const {
    pst::PstReaderOptions options;
    options.code_page = code_page_;
    options.kind = kind;
    return pst::open_pst(path, options, context.diagnostics);
}

FolderTree::FolderTree(std::vector<pst::PstFolder> folders) : folders_(std::move(folders)) {
    std::map<Nid, mail::FolderPath> names;
    for (const pst::PstFolder& folder : folders_) {
        if (folder.nid == pst::ndb::kNidRootFolder) {
            paths_[folder.nid] = "/";
            depths_[folder.nid] = 0;
            continue;
        }
        depths_[folder.nid] = depths_[folder.parent] + 1;
        mail::FolderPath path =
            folder.below_ipm_subtree ? names[folder.parent] : mail::FolderPath{};
        path.push_back(folder.folder.display_name.empty() ? to_string(folder.nid)
                                                          : folder.folder.display_name);
        paths_[folder.nid] = mail::to_string(path);
        if (folder.below_ipm_subtree) {
            names[folder.nid] = std::move(path);
        } else if (!folder.search) {
            paths_[folder.nid].insert(0, "/");
        }
    }
}

const std::string& FolderTree::path(Nid nid) const {
    return paths_.at(nid);
}

int FolderTree::depth(Nid nid) const {
    return depths_.at(nid);
}

const pst::PstFolder& FolderTree::find(std::string_view word) const {
    for (const pst::PstFolder& folder : folders_) {
        if (paths_.at(folder.nid) == word) {
            return folder;
        }
    }
    if (base::starts_with_ignore_case(word, "0x")) {
        const Nid nid = parse_nid(word);
        for (const pst::PstFolder& folder : folders_) {
            if (folder.nid == nid) {
                return folder;
            }
        }
    }
    throw Error(ErrorCode::NoInput, fmt::format("there is no folder {}", base::escape(word)),
                "pst-inspect folders lists them");
}

Nid parse_nid(std::string_view word) {
    const bool hex = base::starts_with_ignore_case(word, "0x");
    const std::string_view digits = hex ? word.substr(2) : word;
    Nid nid;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), nid.value, hex ? 16 : 10);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        throw Error(ErrorCode::Usage, fmt::format("{} is no node identifier", base::escape(word)),
                    "0x200024, say");
    }
    return nid;
}

std::string_view name_of(mapi::SpecialFolder special) noexcept {
    switch (special) {
        case mapi::SpecialFolder::None:
            return "";
        case mapi::SpecialFolder::Inbox:
            return "inbox";
        case mapi::SpecialFolder::Outbox:
            return "outbox";
        case mapi::SpecialFolder::SentItems:
            return "sent-items";
        case mapi::SpecialFolder::DeletedItems:
            return "deleted-items";
        case mapi::SpecialFolder::Drafts:
            return "drafts";
        case mapi::SpecialFolder::JunkEmail:
            return "junk-email";
        case mapi::SpecialFolder::Calendar:
            return "calendar";
        case mapi::SpecialFolder::Contacts:
            return "contacts";
        case mapi::SpecialFolder::Journal:
            return "journal";
        case mapi::SpecialFolder::Notes:
            return "notes";
        case mapi::SpecialFolder::Tasks:
            return "tasks";
    }
    return "";
}

}  // namespace mbx::inspect
