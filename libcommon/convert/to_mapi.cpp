#include "convert/to_mapi.hpp"

#include <algorithm>
#include <utility>

#include "base/charset.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "convert/addresses_to_mapi.hpp"
#include "convert/attachments_to_mapi.hpp"
#include "convert/bodies_to_mapi.hpp"
#include "convert/body_chooser.hpp"
#include "convert/calendar_to_mapi.hpp"
#include "convert/exact/exact_source.hpp"
#include "convert/flags.hpp"
#include "convert/headers_to_mapi.hpp"
#include "convert/message_context.hpp"
#include "convert/part_content.hpp"
#include "convert/part_text.hpp"
#include "convert/smime.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using mapi::SpecialFolder;

/// A message up to this size is read at once.
constexpr std::uint64_t kReadAtOnce = std::uint64_t{4} << 20;

class Converter {
  public:
    Converter(const mail::Message& message, const ToMapiOptions& options,
              base::Diagnostics& diagnostics)
        : mail_(message), options_(options), diagnostics_(diagnostics) {}

    mapi::Message run() {
        const MimeTree tree = parse_mime(readable_source());
        return convert(tree, tree.root(), 0);
    }

  private:
    base::SharedSource readable_source() const {
        const bool small = mail_.source->size() <= kReadAtOnce;
        return small && mail_.source->in_memory().empty()
                   ? base::memory_source(base::read_all(*mail_.source, kReadAtOnce))
                   : mail_.source;
    }

    MessageContext context_for(const MimeTree& tree, const Entity& root, int depth) const {
        const bool embedded = depth > 0;
        return {tree,
                root,
                header_charset(tree, root),
                embedded ? std::nullopt : mail_.internal_date,
                embedded,
                !embedded && (mail_.flags.draft || options_.folder == SpecialFolder::Drafts),
                diagnostics_,
                mail_.id};
    }

    // That of the first text part that names one: what wrote it wrote the header as well.
    static std::string header_charset(const MimeTree& tree, const Entity& entity) {
        if (entity.is_text()) {
            const std::string* charset = entity.type.raw("charset");
            const bool tells = charset != nullptr &&
                               base::code_page_of_charset(*charset) != std::uint32_t{20127} &&
                               base::decode_charset({}, *charset).has_value();
            return tells                    ? *charset
                   : entity.is("text/html") ? meta_charset(beginning(tree, entity))
                                            : std::string();
        }
        for (const Entity* child : entity.children) {
            if (entity.is_multipart()) {
                if (std::string charset = header_charset(tree, *child); !charset.empty()) {
                    return charset;
                }
            }
        }
        return {};
    }

    static std::string beginning(const MimeTree& tree, const Entity& entity) {
        const base::SharedSource content = content_source(tree, entity);
        const std::uint64_t size = std::min<std::uint64_t>(content->size(), kLookedAtForMeta);
        return base::read_all_text(*base::slice_source(content, 0, size), size);
    }

    mapi::Message convert(const MimeTree& tree, const Entity& root, int depth) {
        const MessageContext context = context_for(tree, root, depth);
        mapi::Message message;
        message.properties.set(mapi::PidTagMessageClass, std::string("IPM.Note"));
        exact::Origins origins(1);
        origins.front().range = root.header_range;
        origins.front().charset = context.header_charset;
        headers_to_mapi(context, message.properties);
        addresses_to_mapi(context, message);
        dates_to_mapi(context, message.properties);
        conversation_to_mapi(context, message.properties);
        convert_content(context, depth, message, origins);
        set_flags(context, message);
        if (options_.exact_source) {
            const exact::RecipeOptions recipe{options_.whole_source,
                                              depth == 0 ? options_.stored_view : std::nullopt};
            keep_source(tree, root, std::move(origins), recipe, message);
        }
        return message;
    }

    static void keep_source(const MimeTree& tree, const Entity& root, exact::Origins origins,
                            const exact::RecipeOptions& options, mapi::Message& message) {
        if (&root == &tree.root()) {
            exact::keep_exact_source(message, tree.source, origins, options);
            return;
        }
        const std::uint64_t begin = root.header_range.begin;
        for (exact::Origin& origin : origins) {
            origin.range.begin -= begin;
            origin.range.end -= begin;
        }
        exact::keep_exact_source(
            message, base::slice_source(tree.source, begin, root.body_range.end - begin), origins,
            options);
    }

    void convert_content(const MessageContext& context, int depth, mapi::Message& message,
                         exact::Origins& origins) {
        const auto is_blank = [&](const Entity& entity) {
            return is_blank_part(context.tree, entity);
        };
        const SmimeKind smime = smime_kind(context.root);
        if (smime == SmimeKind::Opaque) {
            smime_to_mapi(context, smime, message, origins);
            return;
        }
        if (smime == SmimeKind::ClearSigned) {
            // The attachment is the message; the text is a copy for who cannot verify it.
            ChosenParts chosen = choose_parts(*context.root.children.front(), is_blank);
            bodies_to_mapi(context, chosen, message.properties, origins);
            smime_to_mapi(context, smime, message, origins);
            return;
        }
        ChosenParts chosen = choose_parts(context.root, is_blank);
        const BodyReferences body = bodies_to_mapi(context, chosen, message.properties, origins);
        if (chosen.calendar != nullptr && calendar_to_mapi(context, *chosen.calendar, message)) {
            hide(*chosen.calendar, chosen.attachments);
        }
        const ConvertEmbedded convert_embedded =
            [&](const MimeTree& tree, const Entity& root) -> std::optional<mapi::Message> {
            return depth + 1 < mapi::kDeepestEmbedding
                       ? std::optional(convert(tree, root, depth + 1))
                       : std::nullopt;
        };
        attachments_to_mapi(context, chosen.attachments, body, convert_embedded, message, origins);
    }

    // The form shows it; the file is for programs that know no forms.
    static void hide(const Entity& entity, std::vector<AttachmentPart>& attachments) {
        for (AttachmentPart& part : attachments) {
            part.hidden = part.hidden || part.entity == &entity;
        }
    }

    void set_flags(const MessageContext& context, mapi::Message& message) const {
        FlagState state{mail_.flags, mail_.keywords};
        FlagContext flag_context{options_.folder, header_keywords(context)};
        if (context.is_embedded) {
            state = {};
            state.flags.seen = true;
            state.keywords = flag_context.header_keywords;
            flag_context.folder = SpecialFolder::None;
        }
        encode_flags(state, flag_context, message.properties);
        if (!message.attachments.empty()) {
            message.properties.set(
                mapi::PidTagMessageFlags,
                message.properties.integer(mapi::PidTagMessageFlags) | kMessageHasAttachments);
        }
    }

    const mail::Message& mail_;
    const ToMapiOptions& options_;
    base::Diagnostics& diagnostics_;
};

}  // namespace

mapi::Message to_mapi(const mail::Message& message, const ToMapiOptions& options,
                      base::Diagnostics& diagnostics) {
    return Converter(message, options, diagnostics).run();
}

}  // namespace mbx::convert
