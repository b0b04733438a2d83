import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import {
  BankText,
  BankTextChange,
  BankTextPage,
  BankTextQuery,
  BankTextsAdded,
  MAX_IMPORTED,
  NewBankText,
  VigilError,
  parse,
} from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { TextBank } from './text-bank.js';

const Id = z.uuid();
const Imported = z.strictObject({ items: z.array(NewBankText).min(1).max(MAX_IMPORTED) });

@ApiTags('banks')
@Controller('banks/texts')
export class BanksController {
  constructor(private readonly bank: TextBank) {}

  @Get()
  @RequirePermission('banks.read')
  @Documented({ summary: 'Known texts, by label', query: BankTextQuery, response: BankTextPage })
  list(@Query() query: unknown): Promise<BankTextPage> {
    return this.bank.page(parse(BankTextQuery, query, 'text bank query'));
  }

  @Get(':id')
  @RequirePermission('banks.read')
  @Documented({ summary: 'One known text', response: BankText })
  one(@Param('id') id: string): Promise<BankText> {
    return this.bank.one(parse(Id, id, 'id of a known text'));
  }

  @Post()
  @RequirePermission('banks.write')
  @Documented({
    summary: 'Add a known text: copies of it are found in every post from then on',
    body: NewBankText,
    response: BankText,
    status: 201,
  })
  async add(@Body() body: unknown, @CurrentUser() user: Identity): Promise<BankText> {
    const { added, known } = await this.bank.add([parse(NewBankText, body, 'known text')], user.id);
    const [id] = added;
    if (id === undefined)
      throw new VigilError(
        'conflict',
        `The text bank has this text already: “${known[0]?.label ?? ''}” (${known[0]?.id ?? ''}). Change that item.`,
      );
    return this.bank.one(id);
  }

  @Post('import')
  @HttpCode(200)
  @RequirePermission('banks.write')
  @Documented({
    summary: `Add up to ${MAX_IMPORTED} known texts, all or none; those already there are told and left alone`,
    body: Imported,
    response: BankTextsAdded,
  })
  import(@Body() body: unknown, @CurrentUser() user: Identity): Promise<BankTextsAdded> {
    return this.bank.add(parse(Imported, body, 'known texts').items, user.id);
  }

  @Patch(':id')
  @RequirePermission('banks.write')
  @Documented({
    summary: 'Change what is said of a known text, switch it off, or forget its text (keepText: false)',
    body: BankTextChange,
    response: BankText,
  })
  change(@Param('id') id: string, @Body() body: unknown, @CurrentUser() user: Identity): Promise<BankText> {
    return this.bank.change(
      parse(Id, id, 'id of a known text'),
      parse(BankTextChange, body, 'known text'),
      user.id,
    );
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('banks.write')
  @Documented({ summary: 'Remove a known text and what is stored of it', status: 204 })
  async remove(@Param('id') id: string, @CurrentUser() user: Identity): Promise<void> {
    await this.bank.remove(parse(Id, id, 'id of a known text'), user.id);
  }
}
