"""What pffexport and readpst say of one message, in the fields of stated_mail.Stated.view()."""
import datetime
import email
import os
import re

PFF_RECIPIENTS = {'To': 1, 'CC': 2, 'BCC': 3}
PFF_IMPORTANCE = {'Low': 0, 'Normal': 1, 'High': 2}


def read_bytes(path):
    try:
        with open(path, 'rb') as file:
            return file.read()
    except FileNotFoundError:
        return b''


def read(path):
    return read_bytes(path).decode('utf-8', 'replace')


def pff_fields(text):
    return dict(re.findall(r'^([A-Z][^:\n]*):\t*(.*)$', text, flags=re.M))


def pff_time(text):
    if not text:
        return None
    parsed = datetime.datetime.strptime(text.split('.')[0], '%b %d, %Y %H:%M:%S')
    return int(parsed.replace(tzinfo=datetime.timezone.utc).timestamp())


def pff_recipient(text):
    fields = pff_fields(text)
    return (PFF_RECIPIENTS[fields['Recipient type']], fields.get('Display name', ''), fields.get('Email address', ''))


def pff_view(place):
    """Of the folder of a message, made with -f all."""
    meeting = read(os.path.join(place, 'Meeting.txt'))
    head = pff_fields(meeting.split('\n\n')[0] or read(os.path.join(place, 'OutlookHeaders.txt')))
    rows = read(os.path.join(place, 'Recipients.txt')).split('\n\n')
    view = {'subject': head.get('Subject', ''),
            'from': (head.get('Sent representing name', ''), head.get('Sent representing email address', '')),
            'sender': (head.get('Sender name', ''), head.get('Sender email address', '')),
            'submitted': pff_time(head.get('Client submit time')), 'delivered': pff_time(head.get('Delivery time')),
            'read': int(head['Flags'].split()[0], 16) & 1 != 0,
            'importance': PFF_IMPORTANCE.get(head.get('Importance')),
            'text': read(os.path.join(place, 'Message.txt')), 'html': read_bytes(os.path.join(place, 'Message.html'))}
    if not meeting:
        view['recipients'] = [pff_recipient(row) for row in rows if row.strip()]
    return view


def body_parts(mail):
    """The parts that are no attachments, and not within attached messages."""
    if mail.get_content_maintype() == 'multipart':
        return sum((body_parts(part) for part in mail.get_payload() if mail.is_multipart()), [])
    return [mail] if mail.get_content_disposition() != 'attachment' else []


def readpst_view(path):
    """Of a message file. Its header is the one that the PST keeps, so only the bodies and the flag are readpst's."""
    with open(path, 'rb') as file:
        kept, mime, bodies = file.read().partition(b'\nMIME-Version: 1.0\nContent-Type: ')
    view = {'read': re.search(rb'^Status: RO$', kept, flags=re.M) is not None, 'text': '', 'html': b''}
    for part in body_parts(email.message_from_bytes(mime.lstrip() + bodies)):
        if part.get_content_type() == 'text/html':
            view['html'] = view['html'] or part.get_payload(decode=True)
        elif part.get_content_type() == 'text/plain':
            charset = part.get_param('charset') or 'utf-8'
            view['text'] = view['text'] or part.get_payload(decode=True).decode(charset, 'replace')
    return view
