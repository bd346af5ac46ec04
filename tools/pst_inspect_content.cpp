// summary, folders, messages.
#include <fmt/format.h>

#include "base/text.hpp"
#include "mapi/tags.hpp"
#include "pst_inspect.hpp"
#include "report.hpp"

namespace mbx::inspect {
namespace {

using cli::Json;
using pst::ndb::Nid;

std::string_view name_of_format(pst::FileFormat format) {
    switch (format) {
        case pst::FileFormat::Ansi:
            return "ANSI";
        case pst::FileFormat::Unicode:
            return "Unicode";
        case pst::FileFormat::Unicode4k:
            return "Unicode, 4K pages";
    }
    return "";
}

std::string_view name_of_kind(pst::ContentKind kind) {
    switch (kind) {
        case pst::ContentKind::Pst:
            return "PST";
        case pst::ContentKind::Ost:
            return "OST";
        case pst::ContentKind::Pab:
            return "PAB";
    }
    return "";
}

std::string_view name_of_crypt(pst::ndb::CryptMethod crypt) {
    switch (crypt) {
        case pst::ndb::CryptMethod::None:
            return "none";
        case pst::ndb::CryptMethod::Permute:
            return "permute";
        case pst::ndb::CryptMethod::Cyclic:
            return "cyclic";
    }
    return "";
}

/// A command over any number of files.
class FilesTool : public ReaderTool {
  public:
    using ReaderTool::ReaderTool;

    ExitCode run(cli::Context& context) override {
        return for_each_file(files_, context, [&](const std::string& file) {
            if (files_.size() > 1 && !context.output.is_json()) {
                context.output.line(fmt::format("{}:", base::escape(file)));
            }
            return run_file(file, context);
        });
    }

  protected:
    void check(std::vector<std::string> operands) override {
        if (operands.empty()) {
            throw Error(ErrorCode::Usage, "FILE is missing");
        }
        files_ = std::move(operands);
    }
    virtual ExitCode run_file(const std::string& file, cli::Context& context) = 0;

  private:
    std::vector<std::string> files_;
};

struct Totals {
    std::uint64_t folders = 0;
    std::uint64_t search_folders = 0;
    std::uint64_t messages = 0;
    std::uint64_t unread = 0;
    std::uint64_t associated = 0;
    std::uint64_t elsewhere = 0;  ///< messages in folders that people do not see
};

Totals total(const std::vector<pst::PstFolder>& folders) {
    Totals totals;
    for (const pst::PstFolder& folder : folders) {
        totals.search_folders += folder.search ? 1 : 0;
        totals.associated += folder.associated_count;
        if (folder.below_ipm_subtree) {
            ++totals.folders;
            totals.messages += folder.message_count;
            totals.unread += folder.unread_count;
        } else {
            totals.elsewhere += folder.message_count;
        }
    }
    return totals;
}

class Summary final : public FilesTool {
  public:
    Summary()
        : FilesTool({.name = "summary",
                     .summary = "show what kind of file it is and how much is in it",
                     .usage = {"[OPTION]... FILE..."},
                     .examples = {{"one file", "pst-inspect summary john.pst"},
                                  {"many, for a script", "pst-inspect summary --json *.pst"}},
                     .notes = ""}) {}

  protected:
    ExitCode run_file(const std::string& file, cli::Context& context) override {
        const auto reader = open(file, context);
        const pst::PstInfo info = reader->info();
        const Totals totals = total(reader->folders());
        const Json object{{"file", file},
                          {"kind", name_of_kind(info.kind)},
                          {"format", name_of_format(info.format)},
                          {"encoding", name_of_crypt(info.crypt)},
                          {"size", info.size},
                          {"name", info.display_name},
                          {"password", info.has_password},
                          {"folders", totals.folders},
                          {"search_folders", totals.search_folders},
                          {"messages", totals.messages},
                          {"unread", totals.unread},
                          {"associated", totals.associated},
                          {"outside_ipm_subtree", totals.elsewhere},
                          {"reader", info.reader}};
        std::string text = fmt::format(
            "file       {}\nkind       {}, {}\nencoding   {}\nsize       {} bytes\nname       "
            "{}\npassword   {}\nfolders    {}, and {}\nmessages   {}, {} unread\n",
            base::escape(file), name_of_kind(info.kind), name_of_format(info.format),
            name_of_crypt(info.crypt), info.size, base::escape(info.display_name),
            info.has_password ? "yes; only Outlook asks for it" : "no", totals.folders,
            tools::counted(totals.search_folders, "search folder"), totals.messages, totals.unread);
        text += fmt::format("hidden     {}, {} outside the IPM subtree\n",
                            tools::counted(totals.associated, "associated item"),
                            tools::messages_text(totals.elsewhere));
        text += fmt::format("read by    {}", info.reader);
        context.output.record(object, text);
        return ExitCode::Ok;
    }
};

class Folders final : public FilesTool {
  public:
    Folders()
        : FilesTool(
              {.name = "folders",
               .summary = "list the folders with their counts",
               .usage = {"[OPTION]... FILE..."},
               .examples = {{"what people see", "pst-inspect folders john.pst"},
                            {"views, search folders and the root as well",
                             "pst-inspect folders --all john.pst"}},
               .notes =
                   "Columns: node, messages, unread, associated items, path, what it is for."}) {}

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Folders").flag("all,a", &all_, "also those that people do not see");
        FilesTool::declare(options);
    }

    ExitCode run_file(const std::string& file, cli::Context& context) override {
        const FolderTree tree(open(file, context)->folders());
        for (const pst::PstFolder& folder : tree.folders()) {
            if (all_ || (folder.below_ipm_subtree && !folder.hidden)) {
                print(folder, tree, file, context.output);
            }
        }
        return ExitCode::Ok;
    }

  private:
    static void print(const pst::PstFolder& folder, const FolderTree& tree, const std::string& file,
                      cli::Output& output) {
        const std::string_view use = name_of(folder.folder.special);
        const Json object{{"file", file},
                          {"nid", to_string(folder.nid)},
                          {"parent", to_string(folder.parent)},
                          {"path", tree.path(folder.nid)},
                          {"name", folder.folder.display_name},
                          {"class", folder.folder.container_class},
                          {"special", use},
                          {"messages", folder.message_count},
                          {"unread", folder.unread_count},
                          {"associated", folder.associated_count},
                          {"hidden", folder.hidden},
                          {"search", folder.search},
                          {"lost", folder.lost},
                          {"visible", folder.below_ipm_subtree && !folder.hidden}};
        std::string marks;
        for (const std::string_view mark : {use, std::string_view(folder.folder.container_class),
                                            std::string_view(folder.search ? "search folder" : ""),
                                            std::string_view(folder.hidden ? "hidden" : ""),
                                            std::string_view(folder.lost.empty() ? "" : "lost")}) {
            if (!mark.empty()) {
                marks += (marks.empty() ? "  (" : ", ") + base::escape(mark);
            }
        }
        marks += marks.empty() ? "" : ")";
        output.record(
            object, fmt::format("{}  {:>7}  {:>7}  {:>5}  {}{}", to_string(folder.nid),
                                folder.message_count, folder.unread_count, folder.associated_count,
                                base::escape(tree.path(folder.nid), 1000), marks));
    }

    bool all_ = false;
};

std::string date_of(const mapi::PropertyBag& bag) {
    for (const auto tag : {mapi::PidTagMessageDeliveryTime, mapi::PidTagClientSubmitTime,
                           mapi::PidTagCreationTime}) {
        if (const auto time = bag.time(tag)) {
            if (const auto unix_time = base::to_unix_time(*time)) {
                return base::iso8601(*unix_time);
            }
        }
        if (tag == mapi::PidTagClientSubmitTime && bag.contains(mapi::PidTagMessageDeliveryTime)) {
            break;  // it says that there is no date: that of its making is the PST's
        }
    }
    return "-";
}

std::string from_of(const mapi::PropertyBag& bag) {
    for (const auto tag : {mapi::PidTagSentRepresentingName, mapi::PidTagSenderName,
                           mapi::PidTagSenderSmtpAddress, mapi::PidTagSenderEmailAddress}) {
        if (auto text = bag.text(tag); text && !text->empty()) {
            return *text;
        }
    }
    return "";
}

class Messages final : public FilesTool {
  public:
    Messages()
        : FilesTool(
              {.name = "messages",
               .summary = "list messages",
               .usage = {"[OPTION]... FILE..."},
               .examples = {{"all messages that people see", "pst-inspect messages john.pst"},
                            {"those of two folders",
                             "pst-inspect messages --folder Inbox --folder 'Sent Items' john.pst"},
                            {"does another reader say the same?",
                             "pst-inspect messages --cross-check john.pst"},
                            {"how large is the Inbox, as Outlook counts?",
                             "pst-inspect messages --json --folder Inbox john.pst | jq -s "
                             "'map(.size) | add'"}},
               .notes = "Columns: node, date, size in bytes, flags (u unread, a attachments, d "
                        "draft), from, subject."}) {}

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Messages")
            .values("folder,f", &wanted_, "PATH",
                    "only this folder, by path or node; may be given several times")
            .flag("all,a", &all_, "also of folders that people do not see")
            .flag("associated", &associated_, "hidden items (views, rules, settings) instead")
            .flag("cross-check", &cross_check_,
                  "list instead what differs when libpff reads the same: the store, all folders or "
                  "those given, their messages and hidden items");
        FilesTool::declare(options);
    }

    ExitCode run_file(const std::string& file, cli::Context& context) override {
        if (cross_check_) {
            return compare(file, context);
        }
        const auto reader = open(file, context);
        const FolderTree tree(reader->folders());
        damaged_ = 0;
        for (const pst::PstFolder& folder : chosen(tree)) {
            list(*reader, folder, tree.path(folder.nid), file, context);
        }
        if (damaged_ > 0) {
            throw Error(ErrorCode::BadData,
                        damaged_ == 1
                            ? std::string("a message or folder cannot be read")
                            : fmt::format("{} messages or folders cannot be read", damaged_))
                .with_place(file);
        }
        return ExitCode::Ok;
    }

  private:
    ExitCode compare(const std::string& file, cli::Context& context) const {
        const auto own = open(file, pst::ReaderKind::Own, context);
        const auto libpff = open(file, pst::ReaderKind::Libpff, context);
        const FolderTree tree(own->folders());
        const auto folders = wanted_.empty() ? tree.folders() : chosen(tree);
        return cross_check(file, *own, *libpff, folders, context) ? ExitCode::Ok : ExitCode::No;
    }

    std::vector<pst::PstFolder> chosen(const FolderTree& tree) const {
        std::vector<pst::PstFolder> result;
        for (const std::string& word : wanted_) {
            result.push_back(tree.find(word));
        }
        if (wanted_.empty()) {
            for (const pst::PstFolder& folder : tree.folders()) {
                if (all_ || (folder.below_ipm_subtree && !folder.hidden)) {
                    result.push_back(folder);
                }
            }
        }
        return result;
    }

    void list(pst::PstReader& reader, const pst::PstFolder& folder, const std::string& path,
              const std::string& file, cli::Context& context) {
        try {
            if (!folder.lost.empty()) {
                throw Error(ErrorCode::BadData, folder.lost).with_place(base::escape(path));
            }
            const auto cursor =
                associated_ ? reader.associated_messages(folder.nid) : reader.messages(folder.nid);
            while (const auto nid = cursor->next()) {
                try {
                    print(*nid, cursor->message(), path, file, context.output);
                } catch (const Error& error) {
                    report(error, context);
                }
            }
        } catch (const Error& error) {
            report(error, context);
        }
    }

    void report(const Error& error, cli::Context& context) {
        if (error.code() != ErrorCode::BadData) {
            throw error;
        }
        ++damaged_;
        context.console.error(error);
    }

    static void print(Nid nid, const mapi::Message& message, const std::string& path,
                      const std::string& file, cli::Output& output) {
        constexpr std::int32_t kRead = 0x1;
        constexpr std::int32_t kUnsent = 0x8;
        const mapi::PropertyBag& bag = message.properties;
        const std::int32_t flags = bag.integer(mapi::PidTagMessageFlags);
        const std::string date = date_of(bag);
        const std::string subject = bag.text(mapi::PidTagSubject).value_or("");
        const std::string from = from_of(bag);
        const std::int32_t size = bag.integer(mapi::PidTagMessageSize);
        const Json object{{"file", file},
                          {"folder", path},
                          {"nid", to_string(nid)},
                          {"class", bag.text(mapi::PidTagMessageClass).value_or("")},
                          {"date", date == "-" ? Json() : Json(date)},
                          {"size", size},
                          {"read", (flags & kRead) != 0},
                          {"draft", (flags & kUnsent) != 0},
                          {"attachments", message.attachments.size()},
                          {"recipients", message.recipients.size()},
                          {"from", from},
                          {"message_id", bag.text(mapi::PidTagInternetMessageId).value_or("")},
                          {"subject", subject}};
        const std::string marks{(flags & kRead) != 0 ? '-' : 'u',
                                message.attachments.empty() ? '-' : 'a',
                                (flags & kUnsent) != 0 ? 'd' : '-'};
        output.record(
            object, fmt::format("{}  {:<20}  {:>9}  {}  {}  {}", to_string(nid), date, size, marks,
                                base::escape(from, 40), base::escape(subject)));
    }

    std::vector<std::string> wanted_;
    bool all_ = false;
    bool cross_check_ = false;
    bool associated_ = false;
    std::uint64_t damaged_ = 0;
};

}  // namespace

std::unique_ptr<cli::Tool> make_summary() {
    return std::make_unique<Summary>();
}
std::unique_ptr<cli::Tool> make_folders() {
    return std::make_unique<Folders>();
}
std::unique_ptr<cli::Tool> make_messages() {
    return std::make_unique<Messages>();
}

}  // namespace mbx::inspect
