#include "convert/contact_to_vcard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <vector>

#include "base/sha256.hpp"
#include "base/text.hpp"
#include "convert/bodies_to_mail.hpp"
#include "convert/content_lines.hpp"
#include "convert/entry_id.hpp"
#include "convert/media_type.hpp"
#include "convert/mime_encode.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using namespace mapi;

constexpr std::uint64_t kLargestPhoto = std::uint64_t{16} << 20;

class CardMaker {
  public:
    CardMaker(const Message& message, const AddressResolver& addresses)
        : message_(message), properties_(message.properties), addresses_(addresses) {}

    std::string contact() && {
        begin("3.0");
        lines_.put("N", name_value());
        lines_.put_text("NICKNAME", text(0x3A4F));
        mail_addresses();
        telephones();
        postal_addresses();
        lines_.put_fields("ORG", organisation());
        lines_.put_text("TITLE", text(0x3A17));
        lines_.put_text("ROLE", text(0x3A46));
        note({});
        dates();
        links();
        photo();
        certificates();
        extensions();
        end();
        return std::move(lines_).take();
    }

    std::string group() && {
        begin("4.0");
        lines_.put("KIND", "group");
        std::string unresolved;
        for (const base::Bytes& member : members()) {
            const auto address = addresses_.resolve_entry_id(unwrapped(member));
            if (address && is_known(address->origin)) {
                lines_.put("MEMBER", "mailto:" + address->mailbox.address);
            } else if (address && !address->mailbox.name.empty()) {
                unresolved += "\n" + address->mailbox.name;
            }
        }
        note(unresolved.empty() ? std::string() : "Members without an address:" + unresolved);
        end();
        return std::move(lines_).take();
    }

  private:
    std::string text(std::uint16_t id) const {
        return std::string(
            base::trim(properties_.text(PropertyTag{id, PropertyType::String}).value_or("")));
    }
    std::string named(const base::Guid& set, std::uint32_t lid) const {
        const auto* value = properties_.get<std::string>(PropertyName{set, lid});
        return value != nullptr ? std::string(base::trim(*value)) : std::string();
    }
    std::string address_text(std::uint32_t lid) const { return named(PSETID_Address, lid); }

    void begin(std::string_view version) {
        lines_.put("BEGIN", "VCARD");
        lines_.put("VERSION", version);
        lines_.put_text("FN", full_name());
        lines_.put("UID", uid());
    }

    void end() {
        const auto* categories =
            properties_.get<std::vector<std::string>>(PropertyName{PS_PUBLIC_STRINGS, "Keywords"});
        if (categories != nullptr) {
            lines_.put_list("CATEGORIES", *categories);
        }
        constexpr std::array<std::string_view, 4> kClasses{"PUBLIC", "PRIVATE", "PRIVATE",
                                                           "CONFIDENTIAL"};
        const auto sensitivity = static_cast<std::size_t>(properties_.integer(PidTagSensitivity));
        if (sensitivity > 0 && sensitivity < kClasses.size()) {
            lines_.put("CLASS", kClasses[sensitivity]);
        }
        const auto changed = properties_.time(PidTagLastModificationTime);
        if (const auto time = changed ? base::to_unix_time(*changed) : std::nullopt) {
            lines_.put("REV", base::iso8601(*time));
        }
        lines_.put("END", "VCARD");
    }

    std::string full_name() const {
        const std::string joined = text(0x3A06) + " " + text(0x3A11);
        for (const std::string& name :
             {text(0x3001), address_text(0x8053), std::string(base::trim(joined)),
              address_text(0x8005), text(0x3A16), text(0x0037), address_text(0x8083)}) {
            if (!name.empty()) {
                return name;
            }
        }
        return "unnamed";
    }

    std::string uid() const {
        const base::Bytes key = properties_.binary(PidTagSearchKey).value_or(base::Bytes{});
        const std::string digest = base::to_hex(
            key.empty() ? base::sha256(base::as_bytes(full_name())) : base::sha256(key));
        return digest.substr(0, 40);
    }

    std::string name_value() const {
        std::string value;
        for (const int number : {0x3A11, 0x3A06, 0x3A44, 0x3A45, 0x3A05}) {
            const auto id = static_cast<std::uint16_t>(number);
            value += (value.empty() && id == 0x3A11 ? "" : ";") + escape_line_text(text(id));
        }
        return value;
    }

    void mail_addresses() {
        struct Slot {
            std::uint32_t display, type, address, entry_id;
        };
        constexpr Slot kSlots[] = {{0x8084, 0x8082, 0x8083, 0x8085},
                                   {0x8094, 0x8092, 0x8093, 0x8095},
                                   {0x80A4, 0x80A2, 0x80A3, 0x80A5}};
        for (const Slot& slot : kSlots) {
            const std::string address = slot_address(slot.address, slot.type, slot.entry_id);
            lines_.put_text("EMAIL", address, {{"TYPE", "INTERNET"}});
        }
    }

    /// An Exchange address is looked for in its one-off entry id and its display name.
    std::string slot_address(std::uint32_t address, std::uint32_t type,
                             std::uint32_t entry_id) const {
        PropertyBag bag;
        bag.set(kRecipient.address, address_text(address));
        bag.set(kRecipient.type, address_text(type));
        if (const auto* bytes =
                properties_.get<base::Bytes>(PropertyName{PSETID_Address, entry_id})) {
            bag.set(kRecipient.entry_id, *bytes);
        }
        const auto resolved = addresses_.resolve(bag, kRecipient);
        return resolved && is_known(resolved->origin) ? resolved->mailbox.address : std::string();
    }

    void telephones() {
        struct Telephone {
            std::uint16_t id;
            const char* types;
        };
        constexpr Telephone kTelephones[] = {
            {0x3A08, "WORK,VOICE"}, {0x3A1B, "WORK,VOICE"}, {0x3A09, "HOME,VOICE"},
            {0x3A2F, "HOME,VOICE"}, {0x3A1C, "CELL"},       {0x3A21, "PAGER"},
            {0x3A1E, "CAR"},        {0x3A1F, "VOICE"},      {0x3A2D, "ISDN"},
            {0x3A1A, "PREF"},       {0x3A24, "WORK,FAX"},   {0x3A25, "HOME,FAX"},
            {0x3A23, "FAX"}};
        for (const auto& [id, types] : kTelephones) {
            std::vector<LineParameter> parameters;
            for (const std::string_view type : base::split(types, ',')) {
                parameters.push_back({"TYPE", std::string(type)});
            }
            lines_.put_text("TEL", text(id), parameters);
        }
        constexpr Telephone kOthers[] = {{0x3A2E, "ASSISTANT"},
                                         {0x3A02, "CALLBACK"},
                                         {0x3A57, "COMPANY"},
                                         {0x3A1D, "RADIO"},
                                         {0x3A4B, "TTYTTD"}};
        for (const auto& [id, type] : kOthers) {
            lines_.put_text("X-MS-TEL", text(id), {{"TYPE", type}});
        }
    }

    /// Order of the fields: box; extension; street; city; region; code; country.
    void postal_addresses() {
        lines_.put_fields("ADR",
                          {address_text(0x804A),
                           {},
                           address_text(0x8045),
                           address_text(0x8046),
                           address_text(0x8047),
                           address_text(0x8048),
                           address_text(0x8049)},
                          {{"TYPE", "WORK"}});
        lines_.put_fields("ADR",
                          {text(0x3A5E),
                           {},
                           text(0x3A5D),
                           text(0x3A59),
                           text(0x3A5C),
                           text(0x3A5B),
                           text(0x3A5A)},
                          {{"TYPE", "HOME"}});
        lines_.put_fields("ADR",
                          {text(0x3A64),
                           {},
                           text(0x3A63),
                           text(0x3A5F),
                           text(0x3A62),
                           text(0x3A61),
                           text(0x3A60)},
                          {{"TYPE", "POSTAL"}});
    }

    std::vector<std::string> organisation() const {
        std::vector<std::string> fields{text(0x3A16)};
        if (!text(0x3A18).empty()) {
            fields.push_back(text(0x3A18));
        }
        return fields;
    }

    void note(const std::string& more) {
        base::IgnoreDiagnostics ignore;
        const Bodies bodies = choose_bodies(properties_, {}, ignore);
        std::string all(base::trim(bodies.plain.value_or("")));
        all += (all.empty() || more.empty() ? "" : "\n") + more;
        lines_.put_text("NOTE", all);
    }

    /// A date that Outlook stores as an instant: midnight where the writer was, or noon UTC less a
    /// minute. Half a day on, UTC shows the right date either way, west of Greenwich and east of
    /// it.
    static std::string date_of(base::FileTime time) {
        const auto seconds = base::to_unix_time(time);
        if (!seconds) {
            return {};
        }
        constexpr std::int64_t kDay = 86'400;
        const std::int64_t in_day = ((seconds->seconds % kDay) + kDay) % kDay;
        const bool is_noon = in_day == 11 * 3600 + 59 * 60;
        return base::iso8601({seconds->seconds + (is_noon ? 0 : kDay / 2)}).substr(0, 10);
    }

    void dates() {
        const auto* local = properties_.get<base::FileTime>(PropertyName{PSETID_Address, 0x80DEU});
        const auto birthday = properties_.time({0x3A42, PropertyType::Time});
        const std::string day = local != nullptr ? date_of(*local)
                                : birthday       ? date_of(*birthday)
                                                 : std::string();
        if (!day.empty()) {
            lines_.put("BDAY", day, {{"VALUE", "date"}});
        }
        const auto anniversary = properties_.time({0x3A41, PropertyType::Time});
        if (anniversary && !date_of(*anniversary).empty()) {
            lines_.put("X-ANNIVERSARY", date_of(*anniversary), {{"VALUE", "date"}});
        }
    }

    void links() {
        lines_.put_text("URL", text(0x3A50), {{"TYPE", "HOME"}});
        lines_.put_text("URL", text(0x3A51), {{"TYPE", "WORK"}});
        lines_.put_text("FBURL", address_text(0x80D8));
        const std::string chat = address_text(0x8062);
        if (!chat.empty()) {
            lines_.put("IMPP", chat.find(':') == std::string::npos ? "im:" + chat : chat);
        }
    }

    void photo() {
        for (const Attachment& attachment : message_.attachments) {
            if (!attachment.properties.boolean(PidTagAttachmentContactPhoto) ||
                attachment.data == nullptr || attachment.data->size() > kLargestPhoto) {
                continue;
            }
            const std::string bytes = base::read_all_text(*attachment.data, kLargestPhoto);
            const bool png = bytes.starts_with("\x89PNG");
            lines_.put("PHOTO", base64(bytes), {{"ENCODING", "b"}, {"TYPE", png ? "PNG" : "JPEG"}});
            return;
        }
    }

    void certificates() {
        const auto* keys =
            properties_.get<std::vector<base::Bytes>>({0x3A70, PropertyType::MultipleBinary});
        for (std::size_t i = 0; keys != nullptr && i < keys->size(); ++i) {
            lines_.put("KEY", base64(base::as_text((*keys)[i])),
                       {{"ENCODING", "b"}, {"TYPE", "X509"}});
        }
    }

    void extensions() {
        lines_.put_text("X-MS-SPOUSE", text(0x3A48));
        lines_.put_text("X-MS-MANAGER", text(0x3A4E));
        lines_.put_text("X-MS-ASSISTANT", text(0x3A30));
        const auto* children =
            properties_.get<std::vector<std::string>>({0x3A58, PropertyType::MultipleString});
        for (std::size_t i = 0; children != nullptr && i < children->size(); ++i) {
            lines_.put_text("X-MS-CHILD", (*children)[i]);
        }
        for (const std::uint32_t lid : {0x804FU, 0x8050U, 0x8051U, 0x8052U}) {
            lines_.put_text("X-MS-TEXT", address_text(lid));
        }
    }

    /// One-off members stand in a list of their own, with the same order.
    std::vector<base::Bytes> members() const {
        for (const std::uint32_t lid : {0x8054U, 0x8055U}) {
            const auto* list =
                properties_.get<std::vector<base::Bytes>>(PropertyName{PSETID_Address, lid});
            if (list != nullptr && !list->empty()) {
                return *list;
            }
        }
        return {};
    }

    /// A member that was chosen from an address book is wrapped ([MS-OXOCNTC] 2.2.2.2.4.1): u32
    /// flags, provider, type, then the entry id proper.
    static base::Bytes unwrapped(const base::Bytes& member) {
        constexpr base::Guid kWrapped = base::guid("D3AD91C0-9D51-11CF-A4A9-00AA0047FAA4");
        constexpr std::size_t kHeader = 4 + 16 + 1;
        const bool wrapped = member.size() > kHeader &&
                             std::equal(kWrapped.begin(), kWrapped.end(), member.begin() + 4);
        return wrapped ? base::Bytes(member.begin() + kHeader, member.end()) : member;
    }

    const Message& message_;
    const PropertyBag& properties_;
    const AddressResolver& addresses_;
    ContentLines lines_;
};

}  // namespace

std::string contact_to_vcard(const Message& message, const AddressResolver& addresses) {
    return CardMaker(message, addresses).contact();
}

std::string distribution_list_to_vcard(const Message& message, const AddressResolver& addresses) {
    return CardMaker(message, addresses).group();
}

}  // namespace mbx::convert
