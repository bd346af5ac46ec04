#include "convert/body_chooser.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"

namespace mbx::convert {
namespace {

bool is_enriched(const Entity& entity) {
    return entity.is("text/enriched") || entity.is("text/richtext");
}

bool has_name(const Entity& entity) {
    return entity.disposition.raw("filename") != nullptr || entity.type.raw("name") != nullptr;
}

bool is_text_leaf(const Entity& entity) {
    return entity.children.empty() && !entity.opaque && !entity.is_attachment() &&
           (entity.is("text/plain") || entity.is("text/html") || is_enriched(entity)) &&
           entity.body_range.size() <= kLargestBody;
}

// Multiparts whose parts are looked at for a text.
bool holds_text_parts(const Entity& entity) {
    return entity.is_multipart() && !entity.is_attachment() && !entity.children.empty() &&
           !entity.is("multipart/digest") && !entity.is("multipart/encrypted") &&
           !entity.is("multipart/appledouble");
}

bool can_be_body(const Entity& entity) {
    return is_text_leaf(entity) ||
           (holds_text_parts(entity) &&
            std::any_of(entity.children.begin(), entity.children.end(),
                        [](const Entity* child) { return can_be_body(*child); }));
}

bool contains_html(const Entity& entity) {
    return (is_text_leaf(entity) && entity.is("text/html")) ||
           (holds_text_parts(entity) &&
            std::any_of(entity.children.begin(), entity.children.end(),
                        [](const Entity* child) { return contains_html(*child); }));
}

std::string bare_id(std::string_view id) {
    id = base::trim(id);
    if (id.starts_with('<')) {
        id.remove_prefix(1);
    }
    if (id.ends_with('>')) {
        id.remove_suffix(1);
    }
    return std::string(id);
}

class Chooser {
  public:
    explicit Chooser(const std::function<bool(const Entity&)>& is_blank) : is_blank_(is_blank) {}

    ChosenParts run(const Entity& root) {
        if (can_be_body(root)) {
            take_body(root, false);
        } else if (is_unknown_text(root)) {
            chosen_.plain.push_back(&root);
        } else {
            offer_calendar({&root});
            attach(root, false);
        }
        return std::move(chosen_);
    }

  private:
    // A message that is text of a kind nobody knows is read as plain text (RFC 2046 4.1.4).
    static bool is_unknown_text(const Entity& root) {
        return root.is_text() && root.children.empty() && !root.is_attachment() &&
               !has_name(root) && !root.is("text/calendar") &&
               root.body_range.size() <= kLargestBody &&
               root.type.main.find("vcard") == std::string::npos && !root.is("text/directory");
    }

    // Pre: can_be_body(entity).
    void take_body(const Entity& entity, bool in_related) {
        if (entity.children.empty()) {
            take_text(entity);
        } else if (entity.is("multipart/alternative")) {
            take_alternative(entity, in_related);
        } else if (entity.is("multipart/related")) {
            take_related(entity);
        } else {
            take_mixed(entity, in_related);
        }
    }

    void take_text(const Entity& entity) {
        if (entity.is("text/html")) {
            chosen_.html.push_back({&entity, false});
            return;
        }
        chosen_.plain.push_back(&entity);
        if (is_enriched(entity)) {
            chosen_.attachments.push_back({&entity, false, true});
        }
    }

    void take_alternative(const Entity& alternative, bool in_related) {
        const Entity* html = nullptr;
        for (const Entity* child : alternative.children) {
            if (contains_html(*child) && !(child->children.empty() && is_blank_(*child))) {
                html = child;
            }
        }
        const Entity* plain = find_plain(alternative, html);
        offer_calendar(alternative.children);
        for (const Entity* child : alternative.children) {
            if (child == html || child == plain) {
                take_body(*child, in_related);
            } else if (!(is_text_leaf(*child) && is_blank_(*child))) {
                attach_unchosen(*child, in_related);
            }
        }
    }

    // Of two nobody can say which one is meant.
    void offer_calendar(const std::vector<const Entity*>& forms) {
        const auto is_calendar = [](const Entity* form) {
            return form->is("text/calendar") && form->children.empty() && !form->opaque &&
                   !form->is_attachment();
        };
        if (chosen_.calendar == nullptr &&
            std::count_if(forms.begin(), forms.end(), is_calendar) == 1) {
            chosen_.calendar = *std::find_if(forms.begin(), forms.end(), is_calendar);
        }
    }

    static const Entity* find_plain(const Entity& alternative, const Entity* html) {
        const auto& children = alternative.children;
        const auto leaf = std::find_if(children.begin(), children.end(), [](const Entity* child) {
            return is_text_leaf(*child) && child->is("text/plain");
        });
        if (leaf != children.end()) {
            return *leaf;
        }
        const auto other = std::find_if(children.begin(), children.end(), [&](const Entity* child) {
            return child != html && can_be_body(*child) && !contains_html(*child);
        });
        return other != children.end() ? *other : nullptr;
    }

    // Another form of the text: nobody misses it, nothing is lost. What is no text is shown.
    void attach_unchosen(const Entity& entity, bool in_related) {
        if (entity.children.empty() && entity.is_text() && !has_name(entity) &&
            !entity.is("text/calendar")) {
            chosen_.attachments.push_back({&entity, in_related, true});
        } else {
            attach(entity, in_related);
        }
    }

    void take_related(const Entity& related) {
        const Entity* root = related_root(related);
        if (!can_be_body(*root)) {
            take_mixed(related, true);
            return;
        }
        for (const Entity* child : related.children) {
            if (child == root) {
                take_body(*child, true);
            } else {
                attach(*child, true);
            }
        }
    }

    void take_mixed(const Entity& mixed, bool in_related) {
        const auto& children = mixed.children;
        const auto body = find_body(children);
        const auto last_html =
            body == children.end()
                ? children.rend()
                : std::find_if(children.rbegin(), children.rend(), [](const Entity* child) {
                      return is_loose_text(*child, "text/html");
                  });
        for (auto it = children.begin(); it != children.end(); ++it) {
            const Entity& child = **it;
            const bool before_last_html =
                it > body && last_html != children.rend() && it < last_html.base();
            if (it == body) {
                take_body(child, in_related);
            } else if (it > body && joins(child)) {
                take_text(child);
            } else if (before_last_html && !chosen_.html.empty() && is_loose_image(child)) {
                chosen_.html.push_back({&child, true});
                chosen_.attachments.push_back({&child, true, false});
            } else {
                attach(child, in_related);
            }
        }
    }

    static std::vector<const Entity*>::const_iterator find_body(
        const std::vector<const Entity*>& children) {
        const auto unnamed = std::find_if(
            children.begin(), children.end(),
            [](const Entity* child) { return can_be_body(*child) && !has_name(*child); });
        return unnamed != children.end()
                   ? unnamed
                   : std::find_if(children.begin(), children.end(),
                                  [](const Entity* child) { return can_be_body(*child); });
    }

    static bool is_loose_text(const Entity& entity, std::string_view type) {
        return is_text_leaf(entity) && entity.is(type) && !has_name(entity);
    }
    static bool is_loose_image(const Entity& entity) {
        return entity.children.empty() && entity.type.main.starts_with("image/") &&
               !entity.is_attachment();
    }

    // Further texts of the same kind go on where the first one ends.
    bool joins(const Entity& entity) const {
        return chosen_.html.empty() ? is_loose_text(entity, "text/plain")
                                    : is_loose_text(entity, "text/html");
    }

    void attach(const Entity& entity, bool in_related) {
        if (!entity.is_multipart() || entity.children.empty()) {
            chosen_.attachments.push_back({&entity, in_related, false});
            return;
        }
        const bool related = in_related || entity.is("multipart/related");
        for (const Entity* child : entity.children) {
            // The resource fork of a Macintosh file means nothing elsewhere.
            if (entity.is("multipart/appledouble") && child->is("application/applefile")) {
                chosen_.attachments.push_back({child, related, true});
            } else {
                attach(*child, related);
            }
        }
    }

    const std::function<bool(const Entity&)>& is_blank_;
    ChosenParts chosen_;
};

}  // namespace

const Entity* related_root(const Entity& related) {
    if (const std::string* start = related.type.raw("start")) {
        for (const Entity* child : related.children) {
            const auto id = child->header.first("Content-ID");
            if (id && bare_id(*id) == bare_id(*start)) {
                return child;
            }
        }
    }
    return related.children.front();
}

ChosenParts choose_parts(const Entity& root, const std::function<bool(const Entity&)>& is_blank) {
    return Chooser(is_blank).run(root);
}

}  // namespace mbx::convert
