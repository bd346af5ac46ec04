// show: one message as mail or as properties, or the message store.
#include <fmt/format.h>

#include <type_traits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "mapi/names.hpp"
#include "mapi/tags.hpp"
#include "mapi/value_text.hpp"
#include "migration/mail_maker.hpp"
#include "pst_inspect.hpp"

namespace mbx::inspect {
namespace {

using cli::Json;
using pst::ndb::Nid;

std::string hex(base::ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte b : bytes) {
        text += fmt::format("{:02x}", std::to_integer<unsigned>(b));
    }
    return text;
}

/// Binary as hex; a large value as its size alone.
struct ToJson {
    mapi::PropertyType type;

    Json operator()(base::FileTime time) const { return mapi::to_text(type, time); }
    Json operator()(const base::Guid& guid) const { return mapi::to_text(type, guid); }
    Json operator()(const base::Bytes& bytes) const { return hex(bytes); }
    Json operator()(const base::SharedSource& source) const { return {{"size", source->size()}}; }
    template <typename T>
    Json operator()(const std::vector<T>& values) const {
        Json result = Json::array();
        for (const T& value : values) {
            result.push_back((*this)(value));
        }
        return result;
    }
    template <typename T>
    Json operator()(const T& value) const {
        return value;
    }
};

Json to_json(const mapi::PropertyBag& bag) {
    Json result = Json::array();
    for (const auto& [id, typed] : bag.fixed()) {
        const mapi::PropertyTag tag{id, typed.type};
        result.push_back({{"tag", fmt::format("0x{:08X}", tag.value())},
                          {"name", mapi::name_of(tag)},
                          {"type", mapi::name_of(typed.type)},
                          {"value", std::visit(ToJson{typed.type}, typed.value)}});
    }
    for (const auto& [name, typed] : bag.named()) {
        result.push_back({{"tag", to_string(name)},
                          {"name", mapi::name_of(name)},
                          {"type", mapi::name_of(typed.type)},
                          {"value", std::visit(ToJson{typed.type}, typed.value)}});
    }
    return result;
}

Json to_json(const mapi::Message& message) {
    Json recipients = Json::array();
    for (const mapi::PropertyBag& recipient : message.recipients) {
        recipients.push_back(to_json(recipient));
    }
    Json attachments = Json::array();
    for (const mapi::Attachment& attachment : message.attachments) {
        Json object{{"properties", to_json(attachment.properties)}};
        if (attachment.data) {
            object["size"] = attachment.data->size();
        }
        if (attachment.embedded) {
            object["embedded"] = to_json(*attachment.embedded);
        }
        attachments.push_back(std::move(object));
    }
    return {{"properties", to_json(message.properties)},
            {"recipients", std::move(recipients)},
            {"attachments", std::move(attachments)}};
}

/// Properties as lines, indented by what they belong to.
class Printer {
  public:
    Printer(cli::Output& output, std::size_t limit) : output_(output), limit_(limit) {}

    void print(const mapi::PropertyBag& bag, int depth) const {
        for (const auto& [id, typed] : bag.fixed()) {
            const mapi::PropertyTag tag{id, typed.type};
            line(fmt::format("{:08X}", tag.value()), mapi::name_of(tag), typed.type, typed.value,
                 depth);
        }
        for (const auto& [name, typed] : bag.named()) {
            line(to_string(name), mapi::name_of(name), typed.type, typed.value, depth);
        }
    }

    void print(const mapi::Message& message, int depth) const {
        print(message.properties, depth);
        for (std::size_t i = 0; i < message.recipients.size(); ++i) {
            heading(fmt::format("recipient {}", i), depth);
            print(message.recipients[i], depth + 1);
        }
        for (std::size_t i = 0; i < message.attachments.size(); ++i) {
            const mapi::Attachment& attachment = message.attachments[i];
            heading(attachment.data
                        ? fmt::format("attachment {}, {} bytes", i, attachment.data->size())
                        : fmt::format("attachment {}", i),
                    depth);
            print(attachment.properties, depth + 1);
            if (attachment.embedded) {
                heading("embedded message", depth + 1);
                print(*attachment.embedded, depth + 2);
            }
        }
    }

  private:
    void heading(const std::string& text, int depth) const {
        output_.line(fmt::format("{:{}}{}", "", depth * 2, text));
    }

    void line(const std::string& tag, std::string_view name, mapi::PropertyType type,
              const mapi::Value& value, int depth) const {
        output_.line(fmt::format("{:{}}{} {}{}{} = {}", "", depth * 2, tag, name,
                                 name.empty() ? "" : " ", mapi::name_of(type),
                                 mapi::to_text(type, value, limit_)));
    }

    cli::Output& output_;
    std::size_t limit_;
};

class Show final : public ReaderTool {
  public:
    Show()
        : ReaderTool({.name = "show",
                      .summary = "show one message as mail, or all of its properties",
                      .usage = {"[OPTION]... FILE NODE"},
                      .examples = {{"a message as it would be sent, RFC 5322",
                                    "pst-inspect show john.pst 0x200024 > message.eml"},
                                   {"every property of a message",
                                    "pst-inspect show --properties john.pst 0x200024"},
                                   {"of the message store",
                                    "pst-inspect show --properties john.pst 0x21"}},
                      .notes = "NODE is the identifier that pst-inspect messages lists."}) {}

    ExitCode run(cli::Context& context) override {
        const auto reader = open(file_, context);
        try {
            if (node_ == pst::ndb::kNidMessageStore) {
                show(reader->store_properties(), context);
            } else {
                show(reader->message(node_), reader->info().is_verified, context);
            }
        } catch (Error& error) {
            error.with_place(file_);
            throw;
        }
        return ExitCode::Ok;
    }

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Showing")
            .flag("properties,p", &properties_, "all properties: tag, name, type, value")
            .number("limit", &limit_, "BYTES", "show so much of a value (default: 200)");
        ReaderTool::declare(options);
    }

    void check(std::vector<std::string> operands) override {
        cli::expect_operands(operands, {"FILE", "NODE"});
        file_ = operands[0];
        node_ = parse_nid(operands[1]);
        if (common().json && !properties_ && node_ != pst::ndb::kNidMessageStore) {
            throw Error(ErrorCode::Usage, "--json wants --properties: mail has no JSON form");
        }
    }

  private:
    void show(const mapi::PropertyBag& bag, cli::Context& context) const {
        show_properties(bag, context);
    }

    /// As pst-import would make it; of a damaged one, what can be read.
    void show(mapi::Message message, bool is_verified, cli::Context& context) const {
        std::string damage = message.damage;
        if (properties_) {
            show_properties(message, context);
        } else {
            const migration::MadeMail made =
                migration::MailMaker({}, is_verified).make(message, context.diagnostics);
            base::for_each_piece(*made.mail.source, [&](base::ByteView piece) {
                context.output.write(base::as_text(piece));
            });
            damage = made.damage;
        }
        if (!damage.empty()) {
            throw Error(ErrorCode::BadData, "not all of the message can be read: " + damage);
        }
    }

    template <typename Object>
    void show_properties(const Object& object, cli::Context& context) const {
        if (context.output.is_json()) {
            context.output.record(to_json(object), "");
        } else {
            Printer(context.output, limit_).print(object, 0);
        }
    }

    std::string file_;
    Nid node_;
    bool properties_ = false;
    std::size_t limit_ = 200;
};

}  // namespace

std::unique_ptr<cli::Tool> make_show() {
    return std::make_unique<Show>();
}

}  // namespace mbx::inspect
