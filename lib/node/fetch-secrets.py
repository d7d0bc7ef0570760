#!/usr/bin/env python3
# fetch-secrets REFERENCES DIRECTORY: gets secrets from KMS or OOS with the RAM role of the instance, one file each.
# Files that are there stay: a cookie that changed on one node alone would part it from its cluster.
# Ends with 0: all there; 1: trying again would not help; 75: time is over. Needs Python 3.6 alone.
import argparse, base64, hashlib, hmac, http.client, json, os, re, signal, ssl, sys, tempfile, time, uuid
from urllib.parse import quote, urlencode, urlsplit

KMS = {'name': 'SecretName', 'versionId': 'VersionId', 'versionStage': 'VersionStage'}
OOS = {'name': 'Name', 'version': 'ParameterVersion', 'decrypt': 'WithDecryption'}
STORES = {
  'kms': ('KMS secret', 'GetSecretValue', '2016-01-20', KMS, 'kms:Decrypt on its key'),
  'oos': ('OOS parameter', 'GetSecretParameter', '2019-06-01', OOS, 'kms:GetSecretValue on its KMS secret'),
}
# A new machine's clock may be off and its credentials new: those answers pass as well.
PASSING = 'Throttling|Unavailable|Internal|Timeout|SecurityToken|Time-?[Ss]tamp|Skew|Nonce'

def end(problem, code=1):
  print('fetch-secrets: %s' % problem, file=sys.stderr)
  sys.exit(code)

# ConnectionError stands for all that may pass.
def ask(connection, method, path, headers):
  try:
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    return response.status, response.read().decode(errors='replace')
  except (OSError, http.client.HTTPException, ssl.CertificateError) as error:
    raise ConnectionError('%s: %s' % (connection.host, error))

def metadata(path, header, value, method='GET'):
  connection = http.client.HTTPConnection(urlsplit(options.metadata).netloc, timeout=5)
  status, text = ask(connection, method, '/latest/' + path, {'X-aliyun-ecs-metadata-token' + header: value})
  if status != 200:
    hint = ', attach a RAM role' if 'ram/' in path else ''
    raise ConnectionError('metadata service: HTTP %d for %s%s' % (status, path, hint))
  return text.strip()

def sha256(text):
  return hashlib.sha256(text.encode()).hexdigest()

# Signature version 3 of a POST without a body.
def sign(headers, query, keys):
  names = ';'.join(sorted(headers))
  lines = ['POST', '/', query] + ['%s:%s' % each for each in sorted(headers.items())] + ['', names, sha256('')]
  text = 'ACS3-HMAC-SHA256\n' + sha256('\n'.join(lines))
  signature = hmac.new(keys['AccessKeySecret'].encode(), text.encode(), hashlib.sha256).hexdigest()
  return 'ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%s' % (keys['AccessKeyId'], names, signature)

def fetch(reference, region, role, keys):
  store = reference['store']
  kind, action, version, parameters, permission = STORES[store]
  host = reference.get('endpoint', '%s-vpc.%s.aliyuncs.com' % (store, region))
  values = dict(reference, decrypt='true')
  query = sorted((parameters[key], values[key]) for key in parameters if key in values)
  query = urlencode(query, quote_via=quote, safe='~')
  headers = {
    'host': host,
    'x-acs-action': action,
    'x-acs-content-sha256': sha256(''),
    'x-acs-date': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
    'x-acs-security-token': keys['SecurityToken'],
    'x-acs-signature-nonce': uuid.uuid4().hex,
    'x-acs-version': version,
  }
  headers.update(Authorization=sign(headers, query, keys), Accept='application/json')
  authority = reference.get('certificateAuthority')
  trust = ssl.create_default_context(cadata=authority)
  if authority:
    trust.verify_flags &= ~ssl.VERIFY_X509_STRICT  # private authorities rarely keep to all of RFC 5280
  status, text = ask(http.client.HTTPSConnection(host, timeout=10, context=trust), 'POST', '/?' + query, headers)
  try:
    answer = json.loads(text)
  except ValueError:
    answer = {}
  what = '%s: %s "%s" in %s' % (reference['file'], kind, reference['name'], region)
  if status == 200:
    return value(reference, answer) or end('%s has no text in %s' % (what, reference.get('field', 'it')))
  code = answer.get('Code', 'HTTP %d' % status)
  if status >= 500 or status == 429 or re.search(PASSING, code):
    raise ConnectionError('%s: %s from %s' % (what, code, host))
  if re.search('(?<!KeyId.)Not(Found|Exist)', code):
    advice = 'create it, or correct its name, version or region'
  elif status == 403 or re.search('Forbidden|Permission', code):
    advice = 'allow RAM role "%s" %s:%s on it and %s' % (role, store, action, permission)
  else:  # may quote the request
    advice = answer.get('Message', '').replace(keys['SecurityToken'], '***')
  end('%s: %s: %s (request %s)' % (what, code, advice, answer.get('RequestId')))

def value(reference, answer):
  try:
    data = answer['SecretData'] if reference['store'] == 'kms' else answer['Parameter']['Value']
    data = base64.b64decode(data) if answer.get('SecretDataType') == 'binary' else data.encode()
    return json.loads(data.decode())[reference['field']].encode() if 'field' in reference else data
  except (ValueError, KeyError, TypeError, AttributeError):
    return None

def fetch_all(references):
  token = '', metadata('api/token', '-ttl-seconds', '300', 'PUT')
  region = metadata('meta-data/region-id', *token)
  role = metadata('meta-data/ram/security-credentials/', *token)
  keys = json.loads(metadata('meta-data/ram/security-credentials/' + role, *token))
  return {each['file']: fetch(each, each.get('region', region), role, keys) for each in references}

def fetch_patiently(references):
  pause, deadline = 0.5, time.monotonic() + options.timeout
  while True:
    try:
      return fetch_all(references)
    except ConnectionError as error:
      if time.monotonic() + pause > deadline:
        end('gave up: %s' % error, 75)
      print('fetch-secrets: trying again: %s' % error, file=sys.stderr)
      time.sleep(pause)
      pause = min(2 * pause, 15)

# Whole or not at all, whenever the machine stops.
def write(name, data):
  handle, new = tempfile.mkstemp(dir='.')
  with os.fdopen(handle, 'wb') as file:
    os.fchmod(handle, 0o400)
    file.write(data)
    file.flush()
    os.fsync(handle)
  os.replace(new, name)

parser = argparse.ArgumentParser()
parser.add_argument('references')
parser.add_argument('directory')
parser.add_argument('--refresh', action='store_true')
parser.add_argument('--timeout', type=int, default=300)
parser.add_argument('--metadata', default='http://100.100.100.200')
options = parser.parse_args()
# The limits of connections are for one packet each: an answer that drips in has none.
signal.signal(signal.SIGALRM, lambda *_: end('gave up: no whole answer', 75))
signal.alarm(options.timeout + 30)
try:
  with open(options.references, 'rb') as file:
    # Not strict: a certificate that Terraform put in has line breaks.
    references = json.loads(file.read().decode(), strict=False)
  os.umask(0o077)
  os.makedirs(options.directory, exist_ok=True)
  os.chdir(options.directory)
  wanted = [each for each in references if options.refresh or not os.path.exists(each['file'])]
  for name, data in (fetch_patiently(wanted) if wanted else {}).items():
    write(name, data)
  print('fetch-secrets: %d fetched, %d kept' % (len(wanted), len(references) - len(wanted)))
except OSError as error:
  end(error)
