"""The demo's patients: twelve synthetic clinical histories, one module each.

Nothing here is copied from a real record or from another data set.
"""

from seeds.specs.aisha_karim import AISHA_KARIM
from seeds.specs.daniel_reyes import DANIEL_REYES
from seeds.specs.grace_whitfield import GRACE_WHITFIELD
from seeds.specs.helene_fournier import HELENE_FOURNIER
from seeds.specs.jean_luc_morel import JEAN_LUC_MOREL
from seeds.specs.lily_tran import LILY_TRAN
from seeds.specs.margaret_ellison import MARGARET_ELLISON
from seeds.specs.model import History
from seeds.specs.noe_lambert import NOE_LAMBERT
from seeds.specs.ruth_abernathy import RUTH_ABERNATHY
from seeds.specs.samira_benali import SAMIRA_BENALI
from seeds.specs.thomas_keller import THOMAS_KELLER
from seeds.specs.walter_okonjo import WALTER_OKONJO

HISTORIES: tuple[History, ...] = (
    MARGARET_ELLISON,
    WALTER_OKONJO,
    LILY_TRAN,
    DANIEL_REYES,
    RUTH_ABERNATHY,
    GRACE_WHITFIELD,
    JEAN_LUC_MOREL,
    HELENE_FOURNIER,
    NOE_LAMBERT,
    SAMIRA_BENALI,
    THOMAS_KELLER,
    AISHA_KARIM,
)
