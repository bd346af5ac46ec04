"""What a mail says, read by Python's email package: an opinion on our conversion that is not our own.

A field is None when the mail does not say it as its RFC wants it, so that programs may differ; Stated.unsaid tells why.
"""
import collections
import email
import email.errors
import email.header
import email.headerregistry
import email.policy
import email.utils
import re

# As mail programs read these charsets, and we do (the WHATWG encoding standard has the same).
MEANT = {'iso-8859-1': 'windows-1252', 'iso-8859-9': 'windows-1254', 'big5': 'cp950', 'gb2312': 'gb18030',
         'gbk': 'gb18030', 'euc-kr': 'cp949', 'ks_c_5601-1987': 'cp949', 'shift_jis': 'cp932',
         'tis-620': 'cp874', 'windows-874': 'cp874'}
IMPORTANCE = {'low': 0, 'normal': 1, 'high': 2}
PRIORITY = {'non-urgent': 0, 'normal': 1, 'urgent': 2}
X_PRIORITY = {'1': 2, '2': 2, '3': 1, '4': 0, '5': 0}
ENCODED_WORD = r'=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?='
DATE = (r'\s*([A-Z][a-z]{2},)?\s*\d{1,2} +[A-Z][a-z]{2} +[12]\d{3} +([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)? '
        r'([+-]\d{4}|GMT|UT|[ECMP][SD]T)(\s*\(.*\))?\s*')
TO_CC_BCC = ('to', 'cc', 'bcc')


class Unclear(Exception):
    """The mail is not as its RFC wants it: the text says how."""


def lines(text):
    """Line ends are the reader's; NUL and the byte order mark are no text; what ends a text is nobody's."""
    return re.sub(r'\r\n|\r', '\n', text.replace('\0', '')).lstrip('\ufeff').rstrip('\n \t')


def one_line(text):
    return ' '.join(re.sub(r'[\x00-\x20\x7f]+', ' ', text).split())


def decoded(raw, charset):
    try:
        text = raw.decode(MEANT.get(charset.lower(), charset))
        if charset.lower() == 'big5' and text != raw.decode('big5hkscs'):
            raise Unclear('characters that Big5 has in several ways')
        return text
    except (LookupError, UnicodeDecodeError) as error:
        raise Unclear(f'no {charset} (RFC 2046 4.1.2)') from error


def decoded_words(value):
    if re.search(ENCODED_WORD, value) and not value.isascii():
        raise Unclear('encoded words among 8-bit text (RFC 2047 5)')
    if re.search(rf'[^\s("]{ENCODED_WORD}|{ENCODED_WORD}[^\s,)"<]', value):
        raise Unclear('encoded words within words (RFC 2047 5)')
    try:
        parts = email.header.decode_header(value)
    except (email.errors.HeaderParseError, ValueError) as error:
        raise Unclear(f'{error} (RFC 2047 4)') from error
    text = ''
    for part, charset in parts:
        text += part if isinstance(part, str) else decoded(part, charset or 'raw-unicode-escape')
    if '=?' in text:
        raise Unclear('encoded words that are none (RFC 2047 2)')
    return text


class Stated:
    def __init__(self, raw):
        self.unsaid = []
        self.mail = email.message_from_bytes(raw, policy=email.policy.compat32)
        self.bare_cr = re.search(rb'\r(?!\n)', raw) is not None
        self.odd_controls = False
        self.flowed = False
        self.html_charset = 'us-ascii'
        self.bodies = {}
        self.defects = [type(defect).__name__ for part in self.mail.walk() for defect in part.defects]
        if not self.mail.keys():  # it may begin behind a blank line
            self.defects.append('NoHeaderDefect')
        self.fields = collections.defaultdict(list)
        for name, value in self.mail.raw_items():
            self.fields[name.lower()].append(re.sub(r'[\r\n]+', '', value))

    def view(self):
        sender = 'sender' if self.fields['sender'] else 'from'
        ways = {'subject': self.subject, 'from': lambda: self.author('from'), 'sender': lambda: self.author(sender),
                'recipients': self.recipients, 'shown': self.shown, 'submitted': self.submitted,
                'message id': self.message_id, 'importance': self.importance, 'class': self.message_class,
                'text': self.text, 'html': self.html}
        result = {field: self.say(field, way) for field, way in ways.items()}
        self.mail = self.bodies = None  # may be large
        return result

    def say(self, field, way):
        of_body = field in ('class', 'text', 'html')
        defect = next((name for name in self.defects if of_body or 'Header' in name), None)
        try:
            if defect:
                raise Unclear(f'{defect} (RFC 5322 2.2, RFC 2046 5.1)')
            return way()
        except Unclear as error:
            self.unsaid.append(f'{field}: {error}')
        return None

    def one(self, field):
        if len(self.fields[field]) > 1:
            raise Unclear(f'several {field} (RFC 5322 3.6)')
        value = self.fields[field][0] if self.fields[field] else ''
        try:
            return value.encode('utf-8', 'surrogateescape').decode('utf-8')
        except UnicodeDecodeError as error:
            raise Unclear(f'8-bit {field} that is no UTF-8 (RFC 6532 3.2)') from error

    def subject(self):
        # A prefix is parted by one blank ([MS-OXCMAIL] 2.2.3.2.6.1), and 253 characters are what a PST has room for.
        text = re.sub(r'^ *([^\s:0-9]{1,3}):\s*', r'\1: ', decoded_words(self.one('subject')))
        return one_line(text.encode('utf-16-le')[:506].decode('utf-16-le', 'ignore'))

    def mailboxes(self, field):
        value = self.one(field)
        try:
            header = email.headerregistry.HeaderRegistry()(field, value)
        except Exception as error:  # it trips over hostile ones in ways of its own
            raise Unclear(f'{field} without sense (RFC 5322 3.4)') from error
        if header.defects or re.search(r'\(.*<|<.*\(|;.*\(|,\s*,|@\s|\s@', value):
            raise Unclear(f'{field} in an old or wrong form (RFC 5322 3.4, 4.4)')
        found = [(one_line(decoded_words(name)), address) for name, address in email.utils.getaddresses([value])]
        found = [(name, address) for name, address in found if name or address]
        if any('@' not in address for _, address in found):
            raise Unclear(f'{field} without a host (RFC 5322 3.4.1)')
        return [(name or address, address) for name, address in found]

    def author(self, field):
        found = self.mailboxes(field)
        if len(found) != 1:
            raise Unclear(f'{len(found)} authors (RFC 5322 3.6.2)')
        return found[0]

    def recipients(self):
        return [(kind, *mailbox) for kind, field in enumerate(TO_CC_BCC, 1) for mailbox in self.mailboxes(field)]

    def shown(self):
        """What a list of messages shows of each kind of recipients."""
        return ['; '.join(name for kind, name, _ in self.recipients() if kind == wanted) for wanted in (1, 2, 3)]

    def submitted(self):
        value = self.one('date')
        if not re.fullmatch(DATE, value):
            raise Unclear('a date of another form (RFC 5322 3.3)')
        return email.utils.mktime_tz(email.utils.parsedate_tz(value))

    def message_id(self):
        value = self.one('message-id').strip()
        if value and not re.fullmatch(r'<[^<>\s]+>', value):
            raise Unclear('no message-id as RFC 5322 3.6.4 has it')
        return value

    def importance(self):
        for field, known in (('importance', IMPORTANCE), ('x-msmail-priority', IMPORTANCE), ('priority', PRIORITY),
                             ('x-priority', X_PRIORITY)):
            if self.fields[field]:
                word = self.one(field).strip().lower()
                word = word[:1] if field == 'x-priority' else word
                if word not in known:
                    raise Unclear(f'{field}: {word}')
                return known[word]
        return 1

    def message_class(self):
        kind = self.mail.get_content_type()
        if kind == 'multipart/signed' and 'pkcs7' in str(self.mail.get_param('protocol')):
            return 'IPM.Note.SMIME.MultipartSigned'
        if re.fullmatch(r'application/(x-)?pkcs7-mime', kind) and self.mail.get_param('smime-type') != 'certs-only':
            return 'IPM.Note.SMIME'
        if any(part.get_content_type() == 'text/calendar' for part in self.mail.walk()):
            raise Unclear('what a calendar makes of the class is not for this package')
        return 'IPM.Note'

    def body(self, part, wanted):
        """The leaves that are its body in this form: alternatives give one, related ones their root, others all."""
        if (part, wanted) not in self.bodies:
            self.bodies[part, wanted] = self.find_body(part, wanted)
        return self.bodies[part, wanted]

    def find_body(self, part, wanted):
        if not re.fullmatch(r'\s*[\w-]+/[\w.+-]+\s*(;.*)?', str(part.get('content-type', 'text/plain')), flags=re.S):
            raise Unclear('no content type (RFC 2045 5.1)')
        kind = part.get_content_type()
        if kind.startswith('text/') and part.get_content_disposition() != 'attachment' and part.get_filename():
            raise Unclear('a text that is a file: body or attachment')
        if kind == f'text/{wanted}' and part.get_content_disposition() != 'attachment':
            return [part]
        if not part.is_multipart() or kind in ('message/rfc822', 'message/global', 'multipart/digest'):
            return []
        if self.bare_cr:
            raise Unclear('a bare CR among the parts (RFC 5322 2.2)')
        parts = part.get_payload()
        if kind in ('multipart/related', 'multipart/signed'):
            first, last = (child.get_content_type() for child in (parts[0], parts[-1]))
            if (part.get_param('type') or first, part.get_param('protocol') or last) != (first, last):
                raise Unclear('parts that are not what their multipart says (RFC 2387 3.1, RFC 1847 2.1)')
            return self.body(parts[0], wanted)
        found = [self.body(child, wanted) for child in parts]
        if kind == 'multipart/alternative':
            return next((leaves for leaves in found if leaves), [])
        shown = [child for child in parts if self.body(child, 'html') or self.body(child, 'plain')]
        if len(shown) > 1 and any(child.is_multipart() or child.get_content_subtype() != 'plain' for child in shown):
            raise Unclear('several texts, not all of them plain: body or attachment')
        return sum(found, [])

    def leaf_text(self, part):
        raw = part.get_payload(decode=True)
        if part.defects:
            raise Unclear(f'{type(part.defects[0]).__name__} (RFC 2045 6)')
        charset = part.get_param('charset') or 'us-ascii'
        text = decoded(raw, charset if isinstance(charset, str) else email.utils.collapse_rfc2231_value(charset))
        if (part['content-transfer-encoding'] or '').strip().lower() == 'quoted-printable' and \
                re.search(r'=(?![0-9A-Fa-f]{2}|[ \t]*\r?$)', part.get_payload(), flags=re.M):
            raise Unclear('"=" before other than two digits (RFC 2045 6.7)')
        self.odd_controls = self.odd_controls or re.search(r'\r(?!\n)|\0', text) is not None
        return text

    def text(self):
        plain, html = self.body(self.mail, 'plain'), self.body(self.mail, 'html')
        texts = [self.leaf_text(part) for part in plain]
        if html and not ''.join(texts).strip():
            raise Unclear('a plain text that is made of HTML')
        self.flowed = any(str(part.get_param('format')).lower() == 'flowed' for part in plain)
        joined = ''.join(text if text.endswith('\n') else text + '\n' for text in texts)
        return lines(joined)

    def html(self):
        html = self.body(self.mail, 'html')
        if len(html) > 1:
            raise Unclear('several HTML texts, which are made one')
        if not html:
            return ''
        self.html_charset = str(html[0].get_param('charset') or 'us-ascii').lower()
        return lines(self.leaf_text(html[0]))
